/* fit_file.c: CIRCUIT fitted to each spectrum of an instrument FILE
 * cc fit_file.c $(pkg-config --cflags --libs halfcell) -o fit_file */
#include <halfcell/eis.h>
#include <halfcell/formats.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    hc_fit_setup setup = {.effort = hc_fit_default()};
    hc_err err = {.text = "usage: fit_file CIRCUIT FILE"};
    hc_spectrum_filter all = hc_spectrum_filter_none();
    hc_frame *frame = NULL;
    hc_spectrum *s = NULL;
    size_t n = 0;
    if (argc != 3 || hc_circuit_parse(&setup.circuit, argv[1], &err) ||
        hc_read_frame(argv[2], NULL, &frame, &err) ||
        hc_spectra_of(frame, &all, &s, &n, &err))
        return fprintf(stderr, "%s: %s\n", err.file, err.text), 1;
    for (size_t i = 0; i < n; i++) {
        hc_fit_outcome out;
        hc_talk talk = {0};
        if (hc_fit_spectrum(&setup, &s[i], NULL, 0, &out, &talk, "", &err))
            return fprintf(stderr, "%s\n", err.text), 1;
        for (int k = 0; k < setup.circuit.n_pars; k++)
            printf("%s\t%.6g\t%.2g\n", setup.circuit.pars[k].name,
                   out.report.par[k].value, out.report.par[k].std_error);
    }
    hc_spectra_free(s, n);
    hc_frame_free(frame);
}
