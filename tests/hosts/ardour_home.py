"""Ardour by itself: folders and a JACK server of its own, and Segue as the only plugin from outside."""

import glob
import os
import queue
import shutil
import subprocess
import threading
import time

# Seconds: generous, for a machine with other work.
START, END = 60, 30
RATE, BLOCK = 48_000, 512


class Broken(Exception):
    """A process ended, or said nothing in time."""


class Child:
    """A process of ours with a log, and lines that can be waited for. It ends with the block that began it, and where this
    script is killed, with it."""

    def __init__(self, command, environment, log):
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, errors="replace")
        self.lines = queue.Queue()
        self.name = os.path.basename(command[0])
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.log.write(line)
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self, seconds):
        """The next line of its standard output."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise Broken(f"{self.name} said nothing for {seconds} s") from None
        if line is None:
            raise Broken(f"{self.name} ended with {self.process.wait(END)}")
        return line

    def said(self, word, seconds):
        """Waits for a line of the session script; returns those before it as lists of fields."""
        fields, until = [], time.monotonic() + seconds
        while True:
            line = self.line(max(0.0, until - time.monotonic()))
            if line.startswith("segue\t"):
                fields.append(line.split("\t")[1:])
                if fields[-1][0] == word:
                    return fields[:-1]

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.log.close()


def private_environment(scratch, bundle, server):
    """Folders and a JACK server of our own, and Segue as the only plugin from outside."""
    folders = {name: os.path.join(scratch, name) for name in ["home", "config", "cache", "data", "run", "vst3", "none"]}
    for folder in folders.values():
        os.mkdir(folder, 0o700)
    # A copy that is an hour old: Ardour leaves out a plugin that was written seconds before its scan.
    copy = os.path.join(folders["vst3"], os.path.basename(bundle))
    shutil.copytree(bundle, copy)
    for folder, _, files in os.walk(copy):
        for name in [".", *files]:
            os.utime(os.path.join(folder, name), (time.time() - 3600,) * 2)
    return {
        **os.environ, "HOME": folders["home"], "XDG_CONFIG_HOME": folders["config"], "XDG_CACHE_HOME": folders["cache"],
        "XDG_DATA_HOME": folders["data"], "XDG_RUNTIME_DIR": folders["run"], "VST3_PATH": folders["vst3"],
        "LV2_PATH": folders["none"], "LADSPA_PATH": folders["none"], "JACK_DEFAULT_SERVER": server,
        "JACK_NO_START_SERVER": "1",
    }


def scan(environment):
    """Writes the plugin into Ardour's cache; Ardour without a screen only reads it."""
    scanners = glob.glob("/usr/lib/ardour*/ardour-vst3-scanner")
    assert scanners, "there is no ardour-vst3-scanner"
    environment = {**environment, "LD_LIBRARY_PATH": os.path.dirname(scanners[0])}
    command = [scanners[0], "-f", *glob.glob(os.path.join(environment["VST3_PATH"], "*.vst3"))]
    scanned = subprocess.run(
        command, env=environment, timeout=START, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert scanned.returncode == 0 and "Segue" in scanned.stdout, f"Ardour's scanner: {scanned.stdout}"
