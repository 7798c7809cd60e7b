package paper

import (
	"slices"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
)

// What every training leaves, shown after an element's own results.
var trainingResults = []record.Quantity{
	element.Result("nfe", "evaluations of ∇Φ (NFE)", "", "%.0f"),
	element.Result("final_loss", "training loss per dimension at the end", "", "%.4g"),
	element.Result("steps", "training steps", "", "%.0f"),
	element.Result("parameters", "parameters", "", "%.0f"),
	element.Result("training_seconds", "training time", "s", "%.0f"),
}

// withTraining are an element's own results and those of its training.
func withTraining(own ...record.Quantity) []record.Quantity {
	return slices.Concat(own, trainingResults)
}

// inQuarters are a quantity and its values in the quarters of s.
func inQuarters(key, label, short, unit, format string) []record.Quantity {
	return []record.Quantity{
		element.Result(key, label, unit, format),
		element.Result(key+"_q1", short+", first quarter of s", unit, format),
		element.Result(key+"_q2", short+", second quarter", unit, format),
		element.Result(key+"_q3", short+", third quarter", unit, format),
		element.Result(key+"_q4", short+", last quarter", unit, format),
	}
}

// planeResults are those of Figure 1.
var planeResults = slices.Concat(inQuarters("relative_excess", "relative excess", "relative excess", "%", "%.2g"),
	[]record.Quantity{
		element.Result("kl", "KL(ρ_Φ ‖ ρ̄) at s = 1", "nats", "%.2g"),
		element.Result("kl_trimmed", "the same without the 1 % of the draws at each end", "nats", "%.1g"),
		element.Result("off_mode", "draws off every mode", "%", "%.2g"),
		element.Result("off_mode_exact", "exact draws off every mode", "%", "%.2g"),
		element.Result("end_error_rms", "distance from the exact flow's end, rms", "", "%.3g"),
	})

// sheetResults are those of Figure 2.
var sheetResults = append(inQuarters("held_out_alignment", "held-out E‖∇Φ − u_c‖²/d", "held-out", "", "%.4f"),
	element.Result("held_out_alignment_untrained", "the same before training", "", "%.4f"))

// fidResults are those of Tables 1 and 2, by FID-Inception's features or by others.
var fidResults = []record.Quantity{
	element.Result("fid", "FID", "", "%.1f"),
	element.Result("fid_held_out", "FID of as many held-out images, or of all", "", "%.1f"),
	element.Result("fid_base", "FID of the Gaussian base alone", "", "%.1f"),
	element.Result("fid_noise", "FID of uniform noise", "", "%.0f"),
	element.Result("frechet_distance", "Fréchet distance by other features, not comparable with published FID", "", "%.1f"),
	element.Result("frechet_distance_held_out", "the same of as many held-out images, or of all", "", "%.2g"),
	element.Result("frechet_distance_base", "the same of the Gaussian base alone", "", "%.3g"),
	element.Result("frechet_distance_noise", "the same of uniform noise", "", "%.3g"),
	element.Result("fid_of_parts", "FID of disjoint sets of a quarter of the images", "", "%.2f"),
	element.Result("fid_of_parts_held_out", "the same of held-out images", "", "%.2f"),
	element.Result("frechet_distance_of_parts", "Fréchet distance of disjoint sets of a quarter of the images", "", "%.2f"),
	element.Result("frechet_distance_of_parts_held_out", "the same of held-out images", "", "%.2f"),
	element.Result("kid", "KID by the same features", "", "%.2g"),
	element.Result("recall", "recall", "", "%.2f"),
	element.Result("precision", "precision", "", "%.2f"),
	accuracyResult,
}

// accuracyResult is that of the classifier whose features stand in for FID-Inception's.
var accuracyResult = record.Quantity{Key: "classifier_accuracy", Label: "accuracy of the classifier whose features these are",
	Unit: "%", Format: "%.2g"}
