"""Relative L2 error of gamma and CPU milliseconds of peers, default settings,
on the spectra that bench_drt -w writes.

    python peers_drt.py DIR

Prints "case peer median_error mean_ms spectra"; what is not installed is left
out.  A peer has BUDGET_S of CPU: a slow one gets one spectrum a case, or some
of the cases ("left" are the others); one spectrum has LIMIT_S ("late").
BHT gives one gamma of Re and one of Im: the better of the two counts, chosen
with the truth, to the peer's favour.
"""
import glob
import importlib.util
import logging
import os
import signal
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

BUDGET_S, LIMIT_S = 100, 40
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


class Late(BaseException):  # which no peer takes for one of its own
    pass


def late(*_):
    raise Late


def once(work, path):
    """Milliseconds of CPU and what one spectrum gives; Late when it
    takes more than LIMIT_S of CPU."""
    f, re, im = np.loadtxt(path, unpack=True)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S, 1)
    start = time.process_time()
    try:
        tau, gammas = work(f, re + 1j * im)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return (1e3 * (time.process_time() - start), np.asarray(tau),
            list(map(np.asarray, gammas)))


def score(work, case, most):
    truth = np.loadtxt(case + ".truth")
    errors, ms = [], []
    for path in sorted(glob.glob(case + ".[0-9]*"))[:most]:
        try:
            took, tau, gammas = once(work, path)
        except Late:
            return "late", "nan"
        except (Exception, KeyboardInterrupt):
            errors.append(float("inf"))
            continue
        ms.append(took)
        errors.append(error(truth, tau, gammas))
    return ("%.6g" % statistics.median(errors),
            "%.6g" % statistics.mean(ms or [float("nan")]))


def share(work):
    """Which cases a peer gets within BUDGET_S, and how many spectra of each:
    all, one each, or one each of some spread over the list."""
    try:
        once(work, CASES[0] + ".0")  # the first call pays for imports
        took = once(work, CASES[0] + ".0")[0] / 1e3
    except Late:
        took = LIMIT_S
    except (Exception, KeyboardInterrupt):
        took = 0
    spectra = len(glob.glob(CASES[0] + ".[0-9]*"))
    many = int(BUDGET_S / max(took, 1e-3))
    if many >= spectra * len(CASES):
        return set(CASES), spectra
    if many >= len(CASES):
        return set(CASES), 1
    many = max(many, 2)
    return {CASES[i * len(CASES) // many] for i in range(many)}, 1


signal.signal(signal.SIGPROF, late)
PEERS = {**pydrttools(), **pyimpspec()}
CASES = sorted(p[:-len(".truth")] for p in glob.glob(sys.argv[1] + "/*.truth"))
for name, peer in PEERS.items():
    chosen, most = share(peer)
    for case in CASES:
        median, ms = score(peer, case, most) if case in chosen else \
            ("left", "nan")
        print(os.path.basename(case), name, median, ms, most, file=OUT,
              flush=True)
