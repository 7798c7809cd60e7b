// Package uncertainty says how sure a printed number is: low-discrepancy draws whose scramblings are replicates, and the standard
// error of a mean over replicates.
package uncertainty
