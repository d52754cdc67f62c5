"""CPU milliseconds of peers on the work that bench_eis does, one a line.

    python peers_eis.py DATA/eis

Prints "name ms"; what is not installed is left out.
"""
import csv
import glob
import logging
import os
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np  # noqa: E402

EIS = sys.argv[1]


def spectrum(path, capacitive):
    f, z = [], []
    with open(path) as lines:
        for row in csv.reader(lines):
            try:
                w, re, im = (float(x) for x in row[:3])
            except ValueError:
                continue
            if not (capacitive and im >= 0):
                f.append(w)
                z.append(complex(re, im))
    return np.array(f), np.array(z)


def cpu_ms(work, times):
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(1e3 * (time.process_time() - start))
    return statistics.median(spent)


OUT = sys.stdout
sys.stdout = open(os.devnull, "w")  # linKK talks


def say(name, ms):
    print(name, "%.6g" % ms, file=OUT, flush=True)


F, Z = spectrum(EIS + "/spectra/ipy_exampleData.csv", True)
BATCH = [spectrum(p, False) for p in
         sorted(glob.glob(EIS + "/batch/*.csv"))[:10]]

try:
    from impedance.models.circuits import CustomCircuit
    from impedance.models.circuits.elements import circuit_elements
    from impedance.validation import linKK

    circuit_elements.setdefault("np", np)  # its own eval() needs it

    def one():
        CustomCircuit("R0-p(R1,C1)-p(R2-Wo1,C2)", initial_guess=[
            .01, .01, 100, .01, .05, 100, 1]).fit(F, Z)

    say("impedance.py_fit", cpu_ms(one, 5))

    def batch():
        for f, z in BATCH:
            s = abs(z[-1])
            CustomCircuit("R0-p(R1,CPE1)-p(R2,CPE2)", initial_guess=[
                z[0].real, s / 3, 1e-3 / s, .8, s / 3, 1 / s, .8]).fit(f, z)

    say("impedance.py_batch_of_10", cpu_ms(batch, 1))
    say("impedance.py_linkk", cpu_ms(lambda: linKK(
        F, Z, c=.85, max_M=100, fit_type="complex", add_cap=True), 5))
except ImportError:
    pass

try:
    import pyimpspec as p

    data = p.DataSet(frequencies=F, impedances=Z)
    start = p.parse_cdc("R{R=0.01}(R{R=0.01}C{C=10})([R{R=0.01}Wo{Y=1,B=4}]"
                        "C{C=10})")
    say("pyimpspec_fit", cpu_ms(lambda: p.fit_circuit(
        start, data, method="leastsq", weight="modulus"), 3))
    mock = p.DataSet(*spectrum(
        EIS + "/synthetic/mock05_n005.csv", False))
    say("pyimpspec_kk", cpu_ms(
        lambda: p.perform_kramers_kronig_test(mock, num_procs=1), 1))
except ImportError:
    pass
