// Package uncertainty says how sure a printed number is: standard errors of means over replicates, of ratios (delta method), of
// anything by the bootstrap and the jackknife, and low-discrepancy draws whose scramblings are replicates.
package uncertainty
