/* halfcell: lists the tools; `halfcell fit ...` runs `hc-fit ...` */
#include "config.h"

#include "core/messages.h"
#include "core/stream.h"
#include "core/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* In the order of the work; one row a tool. */
static const struct {
    const char *name;
    const char *purpose;
} tools[] = {
    {"read", "instrument files to tables"},
    {"kk", "is a spectrum Kramers-Kronig consistent"},
    {"fixture", "spectra corrected for the cell holder"},
    {"fit", "circuits fitted to spectra, without start values"},
    {"drt", "distribution of relaxation times"},
    {"wave", "sampled voltage and current to impedance"},
    {"z", "impedance of a circuit"},
    {"sigma", "conductivities and Arrhenius laws"},
    {"steps", "steps of a cycling test"},
    {"cycles", "capacities and efficiencies by cycle"},
    {"dqdv", "dQ/dV and dV/dQ"},
    {"ccd", "critical current density of a symmetric cell"},
    {"gitt", "diffusivities from pulses and rests"},
    {"dc", "electronic conductivity, current fraction"},
    {"params", "records to a cell file"},
    {"sim", "simulate a cell"},
    {"ident", "identify cell parameters from curves and spectra"},
    {"cmp", "measured against simulated"},
    {"plot", "figures of tables"},
    {"db", "a database of results and curves"},
    {"night", "a folder of files becomes a database, every night"},
    {"report", "one page from tables, records and figures"},
};

enum { N_TOOLS = sizeof tools / sizeof tools[0] };

static int help(void)
{
    hc_out *out = NULL;
    hc_err err;
    hc_status st = hc_out_open(&out, NULL, &err);

    if (st == HC_OK) {
        hc_out_puts(out, "Usage: halfcell TOOL [ARGUMENT...]\n"
                         "Runs hc-TOOL. The tools:\n\n");
        for (size_t i = 0; i < N_TOOLS; i++)
            hc_out_printf(out, "  %-12s %s\n", tools[i].name,
                          tools[i].purpose);
        hc_out_puts(out, "\nEach has --help and a manual page; start with "
                         "halfcell(7).\n");
        st = hc_out_close(out, &err);
    }
    if (st != HC_OK)
        hc_say_error(&(hc_talk){.tool = "halfcell"}, &err);
    return hc_status_exit(st);
}

static hc_status no_such_tool(const char *name, hc_err *err)
{
    const char *best = NULL;
    const char *word = hc_starts_with(name, "hc-") ? name + 3 : name;
    size_t least = strlen(word) / 2 + 1; /* half the letters are right */

    for (size_t i = 0; i < N_TOOLS; i++)
        if (hc_nearer(tools[i].name, word, &least))
            best = tools[i].name;
    if (best == NULL)
        return hc_fail(err, HC_USAGE,
                       "no tool is called '%s'; 'halfcell' lists them", name);
    return hc_fail(err, HC_USAGE,
                   "no tool is called '%s'; did you mean 'halfcell %s'? "
                   "('halfcell' lists them)",
                   name, best);
}

/* The tool that stands beside this program, or the one in PATH. */
static int run(const char *self, char **argv)
{
    hc_text path = {0};
    hc_err err;
    const char *slash = strrchr(self, '/');
    hc_status st;

    if (slash != NULL)
        hc_text_add(&path, self, (size_t)(slash - self) + 1);
    hc_text_printf(&path, "hc-%s", argv[0]);
    if (!path.failed) {
        const char *full = hc_text_get(&path), *name = argv[0];
        argv[0] = path.data + (slash != NULL ? slash - self + 1 : 0);
        execvp(full, argv);
        st = errno == ENOENT ? no_such_tool(name, &err)
                             : hc_fail(&err, HC_NOINPUT, "cannot run %s: %s",
                                       full, strerror(errno));
    } else {
        st = hc_fail_nomem(&err);
    }
    hc_say_error(&(hc_talk){.tool = "halfcell"}, &err);
    hc_text_clear(&path);
    return hc_status_exit(st);
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0) {
        printf("halfcell %s\n", PACKAGE_VERSION);
        return fclose(stdout) == 0 ? 0 : 74;
    }
    return run(argv[0], argv + 1);
}
