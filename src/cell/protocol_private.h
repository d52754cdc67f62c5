/* protocol_private.h: what the parts of protocols share
 *
 *     protocolwords.c  words and quantities of a sentence
 *     protocol.c       sentences into steps
 *     protocoltable.c  tables of current into steps
 */
#ifndef HC_CELL_PROTOCOL_PRIVATE_H
#define HC_CELL_PROTOCOL_PRIVATE_H

#include "cell/protocol.h"

enum { HC_WORDS = 96, HC_WORD = 64 };

/* A sentence, word by word. */
typedef struct {
    char words[HC_WORDS][HC_WORD];
    size_t n, at;
    const hc_cell *cell;
    const char *name; /* of the text, for messages */
    long line, cycle;
    hc_err *err;
} hc_words;

typedef struct {
    double si;
    hc_dim dim;
    bool c_rate, soc;
} hc_amount;

hc_status hc_words_split(hc_words *s, const char *text,
                         size_t len) HC_MUST_USE;
/* HC_DATA: "... expected, found ..." at the word that is next. */
hc_status hc_words_expected(hc_words *s, const char *what) HC_MUST_USE;
bool hc_words_next_is(const hc_words *s, const char *word);
bool hc_words_take(hc_words *s, const char *word);
/* "C/10", "2C", "0.1 mA/cm2", "30min", "4.2 V", "50 % soc" */
hc_status hc_words_quantity(hc_words *s, hc_amount *a) HC_MUST_USE;
bool hc_amount_is(const hc_amount *a, hc_dim d);
/* A current of any kind into A/m2; false when it is none. */
bool hc_words_density(const hc_words *s, const hc_amount *a, double *i);

/* A step of no limits, on the sentence's line and cycle. */
hc_sim_step hc_protocol_blank(const hc_words *s, const char *type);
hc_status hc_protocol_push(hc_protocol *p, const hc_sim_step *step,
                           hc_err *err) HC_MUST_USE;
/* "Drive FILE", behind its first word. */
hc_status hc_protocol_drive(hc_protocol *p, hc_words *s) HC_MUST_USE;

#endif
