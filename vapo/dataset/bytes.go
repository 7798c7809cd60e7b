package dataset

// Bytes maps pixels in [-1, 1] to the nearest of the levels 0 … 255, clipping what lies outside.
func Bytes(x []float32) []uint8 {
	out := make([]uint8, len(x))
	for i, v := range x {
		out[i] = toByte(v)
	}
	return out
}

// toByte is the byte whose level is nearest to x.
func toByte(x float32) uint8 { return uint8(127.5*(min(max(x, -1), 1)+1) + 0.5) }
