//! Every variable learns, and the fused operations' gradients are those of finite differences.

use segue_model::{Config, Field};
use segue_network::{Batch, Network};

#[path = "common/music.rs"]
mod music;

use music::sequences;

fn loss(network: &Network, batch: &Batch) -> candle_core::Tensor {
    let nats = network.nats(batch).unwrap();
    nats.iter().map(|nats| nats.sum_all().unwrap()).reduce(|a, b| (a + b).unwrap()).unwrap()
}

#[test]
fn every_variable_gets_a_gradient() {
    let network = Network::random(&Config::tiny(), 1).unwrap();
    let batch = Batch::new(&sequences(1, 2, 90), network.config(), network.vocabulary());
    let gradients = loss(&network, &batch).backward().unwrap();
    for (name, var) in network.variables() {
        let gradient: Vec<f32> = gradients
            .get(var)
            .unwrap_or_else(|| panic!("{name} got no gradient"))
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap();
        assert!(gradient.iter().all(|x| x.is_finite()), "{name}");
        assert!(gradient.iter().any(|&x| x != 0.0), "{name} got a gradient of zero");
    }
}

#[test]
fn gradients_are_the_slopes_of_the_loss() {
    // Along the gradient of one parameter, the loss must rise as fast as the gradient is long.
    let network = Network::random(&Config::tiny(), 2).unwrap();
    let batch = Batch::new(&sequences(2, 2, 70), network.config(), network.vocabulary());
    let gradients = loss(&network, &batch).backward().unwrap();
    for (name, var) in network.variables() {
        let gradient = gradients.get(var).unwrap().clone();
        let length = f64::from(gradient.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap()).sqrt();
        let original = var.as_tensor().copy().unwrap();
        let at = |step: f64| -> f64 {
            var.set(&(&original + (&gradient * (step / length)).unwrap()).unwrap()).unwrap();
            let nats = network.nats(&batch).unwrap();
            // Summed in f64: the loss is some thousand nats, the differences a few hundredths.
            nats.iter().flat_map(|nats| nats.to_vec1::<f32>().unwrap()).map(f64::from).sum()
        };
        let step = (0.5 / length).min(2e-2);
        let slope = (at(step) - at(-step)) / (2.0 * step);
        var.set(&original).unwrap();
        assert!((slope - length).abs() <= 0.02 * length + 1e-2, "{name}: slope {slope}, gradient {length}");
    }
}

#[test]
fn the_probabilities_of_a_field_sum_to_one() {
    let network = Network::random(&Config::tiny(), 3).unwrap();
    let batch = Batch::new(&sequences(3, 1, 50), network.config(), network.vocabulary());
    for (field, logits) in Field::ALL.into_iter().zip(network.logits(&batch).unwrap()) {
        let (_, symbols) = logits.dims2().unwrap();
        assert_eq!(symbols, field.symbols(network.vocabulary()));
        let sums = logits.exp().unwrap().sum(1).unwrap();
        let normed =
            logits.exp().unwrap().broadcast_div(&sums.unsqueeze(1).unwrap()).unwrap().sum(1).unwrap();
        for sum in normed.to_vec1::<f32>().unwrap() {
            assert!((sum - 1.0).abs() < 1e-4, "{}: {sum}", field.name());
        }
    }
}
