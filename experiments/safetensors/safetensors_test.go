package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/safetensors"
)

// Every byte, as the format's description has it: the widest arrays first, offsets from the header's end, which is aligned.
func TestBytes(t *testing.T) {
	var file bytes.Buffer
	err := safetensors.Write(&file, map[string]string{"of": "a <test>"}, map[string]*tensors.Tensor{
		"b":    tensors.FromValue([][]float32{{1}, {2}, {3}}),
		"a":    tensors.FromScalar(float32(-1)),
		"wide": tensors.FromValue([]float64{math.Pi}),
	})
	if err != nil {
		t.Fatal(err)
	}
	n := binary.LittleEndian.Uint64(file.Next(8))
	want := `{"__metadata__":{"of":"a \u003ctest\u003e"},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},` +
		`"b":{"dtype":"F32","shape":[3,1],"data_offsets":[12,24]},"wide":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`
	if header := file.Next(int(n)); n%8 != 0 || string(bytes.TrimRight(header, " ")) != want {
		t.Errorf("header of %d bytes:\n%s\nwant\n%s", n, header, want)
	}
	var values bytes.Buffer
	binary.Write(&values, binary.LittleEndian, math.Pi)
	binary.Write(&values, binary.LittleEndian, []float32{-1, 1, 2, 3})
	if !bytes.Equal(file.Bytes(), values.Bytes()) {
		t.Errorf("values % x, want % x", file.Bytes(), values.Bytes())
	}
}

type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

// A disk that is full is an error, wherever it happens, and so are integers.
func TestErrors(t *testing.T) {
	x := map[string]*tensors.Tensor{"x": tensors.FromValue([]float32{1, 2})}
	for _, room := range []int{0, 90} {
		if err := safetensors.Write(&full{room}, nil, x); err == nil {
			t.Errorf("no error with room for %d bytes", room)
		}
	}
	if err := safetensors.Write(&full{1e6}, nil, map[string]*tensors.Tensor{"n": tensors.FromScalar(int32(1))}); err == nil {
		t.Error("integers were written")
	}
}

func ExampleWrite() {
	var file bytes.Buffer
	err := safetensors.Write(&file, nil, map[string]*tensors.Tensor{"x": tensors.FromValue([]float32{1, 2})})
	fmt.Println(file.Len(), err)
	// Output: 96 <nil>
}
