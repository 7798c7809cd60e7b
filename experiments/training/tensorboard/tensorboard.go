// Package tensorboard writes scalars and pictures as event files, which TensorBoard shows: tensorboard --logdir results/tensorboard.
//
// A file is a sequence of records (length, masked CRC-32C of it, bytes, masked CRC-32C of them: tensorflow/core/lib/io/record_writer.h), each
// an Event in protocol buffers (tensorflow/core/util/event.proto, framework/summary.proto), of which a dozen fields are used here.
package tensorboard

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	_ "image/png" // to read the size of pictures
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Writer appends events to a file. Its methods are for one goroutine; the first error ends it, and Close returns it.
type Writer struct {
	file *os.File
	err  error
}

// New opens a file of events of its own in a folder, which it makes: what earlier runs left there stays, and TensorBoard joins them.
func New(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	now := time.Now()
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.vapoflow.%09d", now.Unix(), now.Nanosecond())), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	w := &Writer{file: f}
	w.event(0, func(event []byte) []byte { // file_version = 3
		return protowire.AppendString(protowire.AppendTag(event, 3, protowire.BytesType), "brain.Event:2")
	})
	return w, w.err
}

// Scalar adds a value of a curve.
func (w *Writer) Scalar(step int, tag string, value float64) {
	w.summary(step, tag, func(v []byte) []byte { // simple_value = 2
		return protowire.AppendFixed32(protowire.AppendTag(v, 2, protowire.Fixed32Type), math.Float32bits(float32(value)))
	})
}

// Picture adds a PNG.
func (w *Writer) Picture(step int, tag string, png []byte) {
	size, _, err := image.DecodeConfig(bytes.NewReader(png))
	if err != nil {
		w.fail(fmt.Errorf("picture %s: %w", tag, err))
		return
	}
	var p []byte // height = 1, width = 2, colorspace = 3 (3: RGB), encoded_image_string = 4
	for field, v := range []int{1: size.Height, 2: size.Width, 3: 3} {
		if field > 0 {
			p = protowire.AppendVarint(protowire.AppendTag(p, protowire.Number(field), protowire.VarintType), uint64(v))
		}
	}
	p = protowire.AppendBytes(protowire.AppendTag(p, 4, protowire.BytesType), png)
	w.summary(step, tag, func(v []byte) []byte { // image = 4
		return protowire.AppendBytes(protowire.AppendTag(v, 4, protowire.BytesType), p)
	})
}

// Close ends the file and gives the first error of all.
func (w *Writer) Close() error {
	w.fail(w.file.Close())
	return w.err
}

func (w *Writer) fail(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("tensorboard: %w", err)
	}
}

// summary writes an event of one tagged value: Event.summary = 5, Summary.value = 1, Value.tag = 1.
func (w *Writer) summary(step int, tag string, value func([]byte) []byte) {
	v := value(protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), tag))
	s := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), v)
	w.event(step, func(event []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(event, 5, protowire.BytesType), s)
	})
}

// event writes a record: Event.wall_time = 1, Event.step = 2, and what it holds.
func (w *Writer) event(step int, what func([]byte) []byte) {
	if w.err != nil {
		return
	}
	seconds := float64(time.Now().UnixMicro()) / 1e6
	e := protowire.AppendFixed64(protowire.AppendTag(nil, 1, protowire.Fixed64Type), math.Float64bits(seconds))
	e = what(protowire.AppendVarint(protowire.AppendTag(e, 2, protowire.VarintType), uint64(step)))
	record := binary.LittleEndian.AppendUint64(nil, uint64(len(e)))
	record = binary.LittleEndian.AppendUint32(record, masked(record))
	record = append(record, e...)
	record = binary.LittleEndian.AppendUint32(record, masked(e))
	_, err := w.file.Write(record)
	w.fail(err)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}
