package tensorboard

import "testing"

// The checksums are those that TensorBoard's own masked_crc32c gives.
func TestMaskedChecksum(t *testing.T) {
	for text, want := range map[string]uint32{"123456789": 0xc78ab0e5, "\x00\x00\x00\x00\x00\x00\x00\x00": 0x07980329} {
		if got := masked([]byte(text)); got != want {
			t.Errorf("%q: %#x, want %#x", text, got, want)
		}
	}
}
