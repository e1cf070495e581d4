//! How the shared library is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // Never unloaded. Rust's thread-locals leave a destructor on every thread that ran our
        // code, the host's own too; a host that closes the library with the last instance and ends
        // such a thread afterwards would jump into memory that is gone. macOS keeps libraries with
        // thread-locals by itself.
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
