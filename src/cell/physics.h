/* physics.h: constants (CODATA 2018, exact) */
#ifndef HC_CELL_PHYSICS_H
#define HC_CELL_PHYSICS_H

#define HC_FARADAY 96485.33212331001 /* C/mol */
#define HC_GAS     8.31446261815324  /* J/(mol K) */
#define HC_PI      3.14159265358979323846
#define HC_EPS0    8.8541878128e-12 /* F/m */

#endif
