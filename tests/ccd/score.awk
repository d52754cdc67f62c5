# score.awk: results of hc-ccd against the truth of tests/ccd/ccd_runs
#
#     awk -f score.awk truth.tsv all.rec
#
# all.rec holds records whose `cell` is the run's name.  Prints the confusion
# matrix and the shares of right classes and intervals and of false alarms.
BEGIN { FS = "\t"; n_names = split("none soft hard soft+hard soft_healed", names, " ") }
FILENAME == ARGV[1] {
    if (FNR == 1) {
        for (i = 1; i <= NF; i++) t[$i] = i
        next
    }
    class[$t["file"]] = $t["class"]; pre[$t["file"]] = $t["preshort"]
    safe[$t["file"]] = $t["j_safe"]; fail[$t["file"]] = $t["j_fail"]
    half[$t["file"]] = $t["half"]
    protocol[$t["file"]] = $t["protocol"]
    order[++runs] = $t["file"]
    next
}
/^#/ { next }
$1 == "source_index" { for (i = 1; i <= NF; i++) c[$i] = i; next }
{
    q = $c["quantity"]
    got[$c["cell"], q] = $c["value"]
    word[$c["cell"], q] = $c["status"]
}
function near(a, b) { return a ~ /[0-9]/ && b ~ /[0-9]/ && (a - b) ^ 2 <= (0.02 * b + 1e-9) ^ 2 }
END {
    for (k = 1; k <= runs; k++) {
        f = order[k]
        w = word[f, "class"]
        m[class[f], w]++
        good = w == class[f] && (pre[f] == "yes") == (word[f, "pre_shorted"] == "yes")
        right += good
        if (class[f] == "none") {
            nones++
            alarms += w != "none"
            fits = w == "none"
        } else
            fits = near(got[f, "ccd_last_safe_a_m2"] / 10, safe[f]) && near(got[f, "ccd_first_failing_a_m2"] / 10, fail[f])
        inside += fits
        protocols += word[f, "protocol"] == protocol[f]
        if ((!good || !fits) && verbose)
            printf "# %s class %s got %s, [%s, %s] got [%s, %s], half %s got %s pre %s %s\n", f, class[f], w, safe[f], fail[f], got[f, "ccd_last_safe_a_m2"] / 10, got[f, "ccd_first_failing_a_m2"] / 10, half[f], got[f, "short_half_cycle"], pre[f], word[f, "pre_shorted"]
    }
    printf "# truth \\ found"
    for (j = 1; j <= n_names; j++) printf "\t%s", names[j]
    print ""
    for (i = 1; i <= n_names; i++) {
        printf "# %s", names[i]
        for (j = 1; j <= n_names; j++) printf "\t%d", m[names[i], names[j]]
        print ""
    }
    printf "runs %d class %.4f interval %.4f false_alarm %.4f protocol %.4f\n", runs, right / runs, inside / runs, nones ? alarms / nones : 0, protocols / runs
}
