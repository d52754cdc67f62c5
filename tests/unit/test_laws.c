/* Records through hc-sigma's laws into a cell file and out of the model: the
 * fitted law comes back at every temperature, in every form. */
#include "tests/unit/unit.h"

#include "cell/cellfile.h"
#include "cell/mapping.h"
#include "eis/sigma_run.h"

static const double temperatures[] = {-20, 0, 25, 40, 60};
enum { N_T = 5 };

static hc_record made(const char *role, const char *form, double t_c,
                      double value)
{
    const char *quantity = form[0] == 'D'   ? "diffusivity_m2_s"
                           : form[0] == 'i' ? "exchange_current_density_a_m2"
                                            : "R1";
    const char *unit = form[0] == 'D'   ? "m2/s"
                       : form[0] == 'i' ? "A/m2"
                                        : "ohm";
    hc_conditions at = hc_conditions_none();
    snprintf(at.cell, sizeof at.cell, "A");
    snprintf(at.electrode, sizeof at.electrode, "cell");
    at.temperature_celsius = t_c;
    at.spectrum_index = t_c;
    hc_record r = hc_record_make(&at, "fit", quantity, value, unit);
    snprintf(r.role, sizeof r.role, "%s", role);
    snprintf(r.status, sizeof r.status, "ok");
    r.std_error = 0.01 * value;
    return r;
}

/* Scattered about a law, so that another form would not fit as well. */
static double measured(const char *form, int i)
{
    double size = form[0] == 'D' ? 1e-16 : 200;
    static const double scatter[N_T] = {0.01, -0.02, 0.015, 0.005, -0.01};
    double k = temperatures[i] + 273.15;
    return size * exp(45000 / HC_GAS_CONSTANT * (1 / k - 1 / 298.15)) *
           (1 + scatter[i]);
}

static void through(const char *role, const char *form, hc_parameter p,
                    double t_ref_c)
{
    const char *src = getenv("HC_SRCDIR");
    char path[1024];
    hc_record raw[N_T];
    hc_record_list list = {0};
    hc_talk quiet = {.quiet = true};
    hc_err err;
    hc_cellfile *f;
    hc_cell cell;
    hc_mapping_options how = {0};
    double values[N_T], t_k[N_T], sd[N_T];
    hc_arrhenius_fit law;
    hc_sigma_setup setup = {.area_m2 = 1.2e-4,
                            .area_sd_m2 = NAN,
                            .thickness_m = 2e-6,
                            .thickness_sd_m = NAN,
                            .interfaces = 1,
                            .stray_f = NAN,
                            .carriers_m3 = NAN,
                            .pressure_pa = NAN,
                            .t_ref_c = t_ref_c,
                            .form = hc_arrhenius_form_of(form)};
    bool of_sigma = form[0] == 's';
    for (int i = 0; i < N_T; i++) {
        raw[i] = made(role, form, temperatures[i], measured(form, i));
        t_k[i] = temperatures[i] + 273.15;
        sd[i] = 0.01;
        values[i] =
            of_sigma ? 2e-6 / 1.2e-4 / measured(form, i) : measured(form, i);
    }
    assert_ok(hc_sigma_spectra(&setup, raw, N_T, &list, &quiet, &err), err);
    assert_ok(hc_sigma_laws(&setup, raw, N_T, &list, &quiet, &err), err);
    assert_ok(hc_arrhenius_make(N_T, t_k, values, sd, setup.form,
                                t_ref_c + 273.15, &law, &err),
              err);
    snprintf(path, sizeof path, "%s/samples/cells/wang2023-best.json",
             src ? src : ".");
    assert_ok(hc_cellfile_load(&f, path, &err), err);
    const char *sources[64];
    assert_true(list.n < 64);
    for (size_t i = 0; i < list.n; i++)
        sources[i] = "test";
    assert_ok(hc_mapping_apply(f, list.items, sources, list.n, &how, NULL,
                               &quiet, &err),
              err);
    assert_ok(hc_cellfile_cell(f, &cell, true, &quiet, &err), err);
    for (double t = 253.15; t < 340; t += 17) {
        double want = hc_arrhenius_at(setup.form, law.reference, law.e_j_mol,
                                      t_ref_c + 273.15, t);
        if (!of_sigma && p == HC_P_SIGMA)
            want = 2e-6 / 1.2e-4 / want;
        else if (p == HC_P_R_GB)
            want *= 1.2e-4;
        else if (p == HC_P_I0_N && form[0] == 'R')
            want = HC_GAS_CONSTANT * t / (96485.33212331 * want * 1.2e-4);
        near_(hc_cell_at(&cell, p, t, NULL), want, 1e-9, 0, form, __FILE__,
              __LINE__);
    }
    hc_cell_clear(&cell);
    hc_cellfile_free(f);
    hc_record_list_clear(&list);
}

static void test_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {"sigmaT", "sigma", "R", "R/T"};
    for (size_t i = 0; i < 4; i++)
        for (double t_ref = 25; t_ref < 90; t_ref += 30) {
            through("bulk", forms[i], HC_P_SIGMA, t_ref);
            if (i == 0) {
                through("diffusion", "D", HC_P_D, t_ref);
                through("charge-transfer-negative", "i0", HC_P_I0_N, t_ref);
            }
            if (i < 2)
                continue;
            through("gb", forms[i], HC_P_R_GB, t_ref);
            through("charge-transfer-negative", forms[i], HC_P_I0_N, t_ref);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_form)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
