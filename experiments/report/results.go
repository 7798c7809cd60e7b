package report

import (
	"fmt"

	"vapoflow/experiments/record"
	"vapoflow/internal/uncertainty"
)

// resultNames are the results worth a line, in the order in which they are shown, and how.
var resultNames = []struct{ key, name, format string }{
	{"relative_excess", "relative excess", "%"},
	{"relative_excess_q1", "relative excess, first quarter of s", "%"},
	{"relative_excess_q2", "relative excess, second quarter", "%"},
	{"relative_excess_q3", "relative excess, third quarter", "%"},
	{"relative_excess_q4", "relative excess, last quarter", "%"},
	{"kl", "KL(ρ_Φ ‖ ρ̄) at s = 1, nats", "%.2g"},
	{"kl_trimmed", "the same without the 1 % of the draws at each end", "%.1g"},
	{"off_mode", "draws off every mode", "%"},
	{"off_mode_exact", "exact draws off every mode", "%"},
	{"end_error_rms", "distance from the exact flow's end, rms", "%.3g"},
	{"held_out_alignment", "held-out E‖∇Φ − u_c‖²/d", "%.4f"},
	{"held_out_alignment_q1", "held-out, first quarter of s", "%.4f"},
	{"held_out_alignment_q2", "held-out, second quarter", "%.4f"},
	{"held_out_alignment_q3", "held-out, third quarter", "%.4f"},
	{"held_out_alignment_q4", "held-out, last quarter", "%.4f"},
	{"held_out_alignment_untrained", "the same before training", "%.4f"},
	{"energy_ks", "Kolmogorov–Smirnov distance of the energies of train and test", "%.3f"},
	{"energy_auroc", "AUROC of the energy, test against train", "%.3f"},
	{"energy_shift", "shift of the mean energy, in standard deviations", "%.2g"},
	{"nearest_training_image", "samples to the nearest training image, rms grey levels", "%.3g"},
	{"nearest_training_image_held_out", "held-out images to the nearest training image", "%.3g"},
	{"sampling_error", "error of images drawn as in the figures at quick, rms grey levels", "%.2g"},
	{"fid", "FID", "%.1f"},
	{"fid_held_out", "FID of as many held-out images", "%.1f"},
	{"frechet_distance", "Fréchet distance by other features, not comparable with published FID", "%.2g"},
	{"frechet_distance_held_out", "the same of as many held-out images", "%.2g"},
	{"fid_of_parts", "FID of disjoint sets of a quarter of the images", "%.2f"},
	{"fid_of_parts_held_out", "the same of held-out images", "%.2f"},
	{"frechet_distance_of_parts", "Fréchet distance of disjoint sets of a quarter of the images", "%.2f"},
	{"frechet_distance_of_parts_held_out", "the same of held-out images", "%.2f"},
	{"kid", "KID by the same features", "%.2g"},
	{"recall", "recall", "%.2f"},
	{"precision", "precision", "%.2f"},
	{"classifier_accuracy", "accuracy of the classifier whose features these are", "%"},
	{"auroc_energy_svhn", "AUROC of the energy, SVHN", "%.3f"},
	{"auroc_typicality_svhn", "AUROC of the typicality, SVHN", "%.3f"},
	{"auroc_energy_cifar10-original", "AUROC of the energy, lossless images of the same set (½ expected)", "%.3f"},
	{"auroc_typicality_cifar10-original", "AUROC of the typicality, lossless images of the same set", "%.3f"},
	{"nfe", "evaluations of ∇Φ (NFE)", "%.0f"},
	{"final_loss", "training loss per dimension at the end", "%.4g"},
	{"steps", "training steps", "%.0f"},
	{"parameters", "parameters", "%.0f"},
	{"training_seconds", "training time in s", "%.0f"},
}

// Results pairs the results that a manifest has with their names, as text: with the digits that the standard error allows, where
// one is on record as KEY_standard_error.
func Results(m record.Manifest) (rows [][2]string) {
	for _, n := range resultNames {
		v, ok := m.Results[n.key]
		if !ok {
			continue
		}
		stdErr, known := m.Results[n.key+"_standard_error"]
		text := fmt.Sprintf(n.format, v)
		switch {
		case known && n.format == "%":
			text = uncertainty.Text(100*v, 100*stdErr) + " %"
		case known:
			text = uncertainty.Text(v, stdErr)
		case n.format == "%":
			text = fmt.Sprintf("%.2g %%", 100*v)
		}
		rows = append(rows, [2]string{n.name, text})
	}
	return rows
}
