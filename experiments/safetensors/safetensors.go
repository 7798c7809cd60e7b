// Package safetensors writes arrays in the safetensors format (https://huggingface.co/docs/safetensors), which PyTorch, JAX and
// others read without running any code: the length of a JSON header in 8 bytes, the header with every array's dtype, shape
// and place, then the values.
package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// metadataKey is the one name that no array may have.
const metadataKey = "__metadata__"

// entry is an array in the header. Offsets count from the end of the header.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

var names = map[dtypes.DType]string{dtypes.Float32: "F32", dtypes.Float64: "F64"}

// Write writes named arrays, float32 or float64, and text about them. The same arrays make the same bytes: the widest come first, so
// that all are aligned, then the order is that of the names.
func Write(w io.Writer, metadata map[string]string, arrays map[string]*tensors.Tensor) error {
	order := slices.SortedFunc(maps.Keys(arrays), func(a, b string) int {
		if wide := arrays[b].DType().Size() - arrays[a].DType().Size(); wide != 0 {
			return wide
		}
		return strings.Compare(a, b)
	})
	header, at := map[string]any{metadataKey: metadata}, 0
	for _, name := range order {
		t := arrays[name]
		dtype, ok := names[t.DType()]
		if !ok || name == metadataKey {
			return fmt.Errorf("safetensors: array %q of %s: arrays are float32 or float64 and not called %s", name, t.DType(), metadataKey)
		}
		end := at + t.Size()*t.DType().Size()
		header[name] = entry{dtype, append([]int{}, t.Shape().Dimensions...), [2]int{at, end}} // a scalar's shape is [], not null
		at = end
	}
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("safetensors: the header: %w", err)
	}
	text = append(text, strings.Repeat(" ", (8-len(text)%8)%8)...)
	if _, err := w.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for _, name := range order {
		var written error
		err := arrays[name].ConstBytes(func(data []byte) { _, written = w.Write(data) })
		if err = errors.Join(err, written); err != nil {
			return fmt.Errorf("safetensors: array %q: %w", name, err)
		}
	}
	return nil
}
