//go:build !linux

package main

import "context"

func space(context.Context, string, int, func(int)) outcome {
	return outcome{skipped: "it needs tmpfs, of Linux"}
}

func cuts(context.Context, string, int, func(int)) outcome {
	return outcome{skipped: "it needs loop devices, of Linux"}
}
