"""Relative L2 error of gamma and CPU milliseconds of peers, default settings,
on the spectra that bench_drt -w writes.

    python peers_drt.py DIR

Prints "case peer median_error mean_ms"; what is not installed is left out.
BHT gives one gamma of Re and one of Im: the better of the two counts, chosen
with the truth, to the peer's favour.
"""
import glob
import importlib.util
import logging
import os
import statistics
import sys
import time
import types
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
import numpy as np  # noqa: E402

OUT = sys.stdout
sys.stdout = open(os.devnull, "w")  # pyDRTtools talks


def pydrttools():
    """Its methods without its windows: the package's own first lines import
    a graphical toolkit."""
    found = importlib.util.find_spec("pyDRTtools")
    if found is None:
        return {}
    package = types.ModuleType("pyDRTtools")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["pyDRTtools"] = package
    from pyDRTtools import BHT, runs

    # Later releases of its optimiser refuse the column that it starts from,
    # and its caller tries again for ever: hand it a row, give up in the end.
    single = BHT.HT_single_est
    tries = [0]

    def flat(theta, *rest):
        tries[0] += 1
        if tries[0] > 20:
            raise KeyboardInterrupt
        return single(np.ravel(theta), *rest)

    BHT.HT_single_est = flat

    def simple(f, z):
        e = runs.simple_run(runs.EIS_object(f, z.real, z.imag))
        return e.out_tau_vec, [e.gamma]

    def bht(f, z):
        tries[0] = 0
        np.random.seed(1)
        e = runs.BHT_run(runs.EIS_object(f, z.real, z.imag))
        return e.out_tau_vec, [e.mu_gamma_fine_re, e.mu_gamma_fine_im]

    return {"pyDRTtools_simple": simple, "pyDRTtools_BHT": bht}


def pyimpspec():
    try:
        from pyimpspec import DataSet
        from pyimpspec.analysis import drt
    except ImportError:
        return {}

    def rbf(f, z):
        r = drt.calculate_drt_tr_rbf(
            DataSet(frequencies=f, impedances=z), num_procs=1)
        return r.time_constants, [r.gammas]

    def nnls(f, z):
        r = drt.calculate_drt_tr_nnls(DataSet(frequencies=f, impedances=z))
        return r.time_constants, [r.gammas]

    return {"pyimpspec_TR-RBF": rbf, "pyimpspec_TR-NNLS": nnls}


def error(truth, tau, gammas):
    order = np.argsort(tau)
    u, at, true = np.log(tau[order]), np.log(truth[:, 0]), truth[:, 1]
    return min(np.linalg.norm(np.interp(at, u, g[order], left=0, right=0)
                              - true) for g in gammas) / np.linalg.norm(true)


def score(work, case):
    truth = np.loadtxt(case + ".truth")
    errors, ms = [], []
    for path in sorted(glob.glob(case + ".[0-9]*")):
        f, re, im = np.loadtxt(path, unpack=True)
        start = time.process_time()
        try:
            tau, gammas = work(f, re + 1j * im)
        except (Exception, KeyboardInterrupt):
            errors.append(float("inf"))
            continue
        ms.append(1e3 * (time.process_time() - start))
        errors.append(error(truth, np.asarray(tau), map(np.asarray, gammas)))
    return statistics.median(errors), statistics.mean(ms or [float("nan")])


PEERS = {**pydrttools(), **pyimpspec()}
CASES = sorted(p[:-len(".truth")] for p in glob.glob(sys.argv[1] + "/*.truth"))
for name, peer in PEERS.items():  # the first call pays for imports
    f, re, im = np.loadtxt(CASES[0] + ".0", unpack=True)
    try:
        peer(f, re + 1j * im)
    except (Exception, KeyboardInterrupt):
        pass
for case in CASES:
    for name, peer in PEERS.items():
        median, ms = score(peer, case)
        print(os.path.basename(case), name, "%.6g %.6g" % (median, ms),
              file=OUT, flush=True)
