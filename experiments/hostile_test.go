//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const maxInt = "9223372036854775807"

// Sizes that nobody can mean and files that are not what they say are refused with their value and what to do, before anything is
// allocated, waited for or trained.
func TestHostileInput(t *testing.T) {
	isolate(t)
	hostileFiles(t)
	const lim = "the limit is"
	for _, c := range []struct {
		args string
		code int
		want string // all of these, divided by |
	}{
		// Sizes of settings.
		{"run fig1 --set batch=1000000000", 2, "batches of 1000000000|" + lim},
		{"run fig1 --set batch=" + maxInt, 2, "batches of " + maxInt + "|" + lim},
		{"run fig1 --set width=100000", 2, "width 100000|" + lim + "|--memory-limit"},
		{"run fig1 --set width=" + maxInt, 2, "width " + maxInt + "|" + lim},
		{"run fig1 --set width=-1", 2, "must not be negative"},
		{"run fig1 --set depth=100000", 2, "depth must be at most 1000, got 100000"},
		{"run fig1 --set depth=" + maxInt, 2, "depth must be at most 1000"},
		{"run fig1 --set steps=0", 2, "steps must be at least 1"},
		{"run fig1 --set steps=9223372036854775808", 2, "steps must be a whole number"},
		{"run fig1 --set steps=1e9", 2, "steps must be a whole number"},
		{"run fig1 --set samples=1000000000000", 2, "1000000000000 samples|" + lim},
		{"run fig1 --set samples=" + maxInt, 2, maxInt + " samples|" + lim},
		{"run fig1 --set solver_steps=1000000000", 2, "1000000000|at most 10000000"},
		{"run fig1 --set learning_rate=1e400", 2, "learning_rate must be a number"},
		{"run fig1 --set learning_rate=null", 2, "learning_rate must be a number, got null"},
		{"run fig1 --set data=null", 2, `"null"`},
		{"run fig1 --set seed=" + maxInt + "0", 2, "seed must be a whole number"},
		{"run fig2 --train --set data=drawn --set width=100000", 2, "width 100000|" + lim},
		{"run fig2 --train --set data=drawn --set batch=1000000000", 2, "batches of 1000000000|" + lim},
		{"--memory-limit 1MB run fig1", 2, "batches of 256|the limit is 1 MB"},
		{"--memory-limit 8 run fig1", 2, `"8" is no size|8GB`},
		{"train --data uniform --set image_size=1000000", 1, "1000000×1000000|" + lim},
		{"train --data photos --set image_size=1000000", 1, "1000000×1000000|" + lim},
		{"train --data photos --set image_size=-1", 1, "size -1"},
		{"run fig1 --checkpoint-every 0", 2, "--checkpoint-every 0|5m"},
		{"run fig1 --checkpoint-every -5m", 2, "--checkpoint-every -5m|5m"},
		{"run fig1 --checkpoint-every often", 2, "--checkpoint-every often|500"},
		// Configurations.
		{"run fig1 --config null.json", 2, "null.json|null"},
		{"run fig1 --config value.json", 2, "value.json|steps is null"},
		{"run fig1 --config twice.json", 2, `twice.json|"steps" is there twice`},
		{"run fig1 --config deep.json", 2, "deep.json|depth"},
		{"run fig1 --config after.json", 2, "after.json|follows"},
		{"run fig1 --config long.json", 2, "long.json|at most 1048576"},
		{"run fig1 --config pipe.json", 2, "pipe.json is no regular file"},
		{"run fig1 --config photos", 2, "photos is no regular file"},
		{"run fig1 --config empty", 2, "empty|EOF"},
		// Flags of sizes.
		{"sample --run oracle:ring8 --out o.npz --n 1000000000000", 2, "1000000000000 samples|left"},
		{"sample --run oracle:ring8 --out o.npz --n " + maxInt, 2, "--n " + maxInt + "|at most"},
		{"sample --run oracle:ring8 --out o.npz --n 0", 2, "--n 0"},
		{"sample --run oracle:ring8 --out o.npz --range 0:" + maxInt, 2, "--range 0:" + maxInt + "|at most"},
		{"sample --run oracle:ring8 --out o.npz --range 9223372036854775806:" + maxInt, 2, "at most"},
		{"sample --run oracle:ring8 --out o.npz --range 0:9223372036854775808", 2, "a:b"},
		{"sample --run oracle:ring8 --out o.npz --range 5:5", 2, "a:b"},
		{"sample --run oracle:ring8 --out o.npz --batch 1000000000000", 2, "--batch of 1000000000000|" + lim},
		{"sample --run oracle:ring8 --out o.npz --batch " + maxInt, 2, "--batch of " + maxInt + "|" + lim},
		{"sample --run oracle:ring8 --out o.npz --steps 1000000000", 2, "1000000000|at most 10000000"},
		{"sample --run oracle:ring8 --out o.npz --steps " + maxInt, 2, "at most 10000000"},
		{"sample --run oracle:ring8 --out o.npz --tolerance 1e-300", 1, "1e-300|at least"},
		{"sample --run oracle:ring8 --out o.npz --tolerance NaN", 2, "NaN"},
		{"score --run oracle:ring8 --input points.npy --out s.npz --references 1000000000000", 2, "--references 1000000000000|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --references " + maxInt, 2, "--references|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --probes 1000000000000", 2, "1000000000000 probes|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --probes " + maxInt, 2, "probes|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --batch 1000000000000", 2, "--batch 1000000000000|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --batch " + maxInt, 2, "--batch|" + lim},
		{"score --run oracle:ring8 --input points.npy --out s.npz --s NaN", 2, "NaN"},
		{"posterior --run oracle:ring8 --input point.npy --mask point.npy --out s.npz --n 1000000000000", 2, "1000000000000 chains|" + lim},
		{"posterior --run oracle:ring8 --input point.npy --mask point.npy --out s.npz --levels 1000000000", 2, "--levels 1000000000|at most 1e9"},
		{"posterior --run oracle:ring8 --input point.npy --mask point.npy --out s.npz --steps " + maxInt, 2, "at most 1e9"},
		{"posterior --run oracle:ring8 --input point.npy --mask point.npy --out s.npz --keep 1000000000", 2, "--keep 1000000000|at most 1e9"},
		{"posterior --run oracle:ring8 --input point.npy --mask point.npy --out s.npz --leapfrog " + maxInt, 2, "at most 1e9"},
		// Arrays.
		{"train --data rows.npy", 1, "rows.npy|declares shape (1000000000000, 2)"},
		{"train --data overflow.npy", 1, "impossible shape"},
		{"train --data negative.npy", 1, "header"},
		{"train --data version9.npy", 1, "version 9.0"},
		{"train --data objects.npy", 1, "header"},
		{"train --data short.npy", 1, "declares shape"},
		{"train --data long.npy", 1, "after its end"},
		{"train --data nan.npy", 1, "row 1 holds NaN"},
		{"train --data nothing.npy", 1, "holds nothing"},
		{"train --data line.npy", 1, "shape [4]"},
		{"train --data test.npz", 1, "no array is called x|x_test"},
		{"train --data bomb.npz", 1, "bomb.npz|packed in"},
		{"train --data huge.npz", 1, "huge.npz|EOF"},
		{"train --data crc.npz", 1, "checksum"},
		{"train --data empty.npz", 1, "empty.npz"},
		{"train --data pipe.npz", 1, "pipe.npz is no regular file"},
		{"train --data pipe.npy", 1, "pipe.npy is no regular file"},
		{"score --run oracle:ring8 --input pipe.npy --out s.npz", 1, "no regular file"},
		{"score --run oracle:ring8 --input rows.npy --out s.npz", 1, "declares shape"},
		{"posterior --run oracle:ring8 --input point.npy --mask pipe.npy --out s.npz", 1, "no regular file"},
		{"run fig1 --init pipe.npz", 1, "no regular file"},
		{"run fig1 --init bomb.npz", 1, "packed in"},
		{"run fig1 --init points.npy", 2, "points.npy"},
		// Images.
		{"train --data bombs", 1, "bombs/a.png|40000×40000"},
		{"train --data pipes", 1, "a.png is no regular file"},
		{"train --data cut", 1, "cut/a.png|EOF"},
		{"train --data noimage", 1, "noimage/a.png|unknown format"},
		{"train --data photos/a.png", 1, "must be .npz or .npy"},
		// Data sets of a name.
		{"train --data svhn", 1, "data not found"},
		{"run fig2 --data root --train", 1, "data_batch_1.bin is no regular file"},
		// Models.
		{"sample --run widemodel --out o.npz", 1, "width 100000|" + lim},
		{"sample --run nullmodel --out o.npz", 1, "model.json is damaged|null"},
		{"sample --run twicemodel --out o.npz", 1, "model.json is damaged|twice"},
		{"sample --run noweights --out o.npz", 1, "weights.npz"},
		{"sample --run pipemodel --out o.npz", 1, "weights.npz is no regular file"},
		{"sample --run points.npy --out o.npz", 2, "no such run or model"},
	} {
		t.Run(c.args, func(t *testing.T) {
			code, stdout, stderr := command(t, strings.Fields(c.args)...)
			if code != c.code || strings.Count(stderr, "\n") != 1 || strings.Contains(stdout, "Usage:") {
				t.Errorf("exit code %d, want %d and one line: %s", code, c.code, stderr)
			}
			for want := range strings.SplitSeq(c.want, "|") {
				if !strings.Contains(stderr, want) {
					t.Errorf("%q is not in: %s", want, stderr)
				}
			}
			if runs, _ := filepath.Glob("results/runs/[^.]*"); len(runs) > 0 {
				t.Errorf("a run was begun: %v", runs)
				os.RemoveAll("results")
			}
		})
	}
}

// hostileFiles writes the files of TestHostileInput to the working directory.
func hostileFiles(t *testing.T) {
	t.Helper()
	write := func(path string, content []byte) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pipe := func(path string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"pipe.json", "pipe.npz", "pipe.npy", "pipes/a.png", "root/cifar-10-batches-bin/data_batch_1.bin", "pipemodel/weights.npz"} {
		pipe(path)
	}
	for path, text := range map[string]string{
		"null.json": "null", "value.json": `{"steps": null}`, "twice.json": `{"steps": 3, "steps": 4}`, "deep.json": strings.Repeat("[", 200_000),
		"after.json": "{} {}", "long.json": "{" + strings.Repeat(" ", 2<<20) + "}", "empty": "", "empty.npz": "", "noimage/a.png": "none",
		"nullmodel/model.json": `{"config": null}`, "twicemodel/model.json": `{"shape": [2], "shape": [3]}`,
	} {
		write(path, []byte(text))
	}
	config, _, _ := strings.Cut(`{"config": {"schema":1,"data":"ring8","image_size":0,"homotopy":"posterior","omega":1,"sigma":0.01,"potential":"mlp","width":WIDTH,
"depth":0,"base":"none","autonomous":false,"loss":"alignment","init":"","steps":1,"batch":4,"optimizer":"adam","learning_rate":1e-3,"warmup":0,"decay":"cosine",
"clip":1,"ema":0.9,"times":"stratified","flip":false,"seed":0},"training_version":2,"shape":[2],"data_sha256":"","trained":"2026-01-01T00:00:00Z","seconds":1}`, "|")
	for dir, width := range map[string]string{"widemodel": "100000", "noweights": "4", "pipemodel": "4"} {
		write(dir+"/model.json", []byte(strings.Replace(config, "WIDTH", width, 1)))
	}

	npy := func(version byte, descr, shape string, data []byte) []byte {
		header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
		return append(append(binary.LittleEndian.AppendUint16([]byte{0x93, 'N', 'U', 'M', 'P', 'Y', version, 0}, uint16(len(header))), header...), data...)
	}
	for path, content := range map[string][]byte{
		"rows.npy":     npy(1, "<f4", "1000000000000, 2", make([]byte, 16)),
		"overflow.npy": npy(1, "<f4", "4611686018427387904, 4", nil),
		"negative.npy": npy(1, "<f4", "-1, 2", nil),
		"version9.npy": npy(9, "<f4", "2, 2", make([]byte, 16)),
		"objects.npy":  npy(1, "|O", "2, 2", make([]byte, 32)),
		"short.npy":    npy(1, "<f4", "2, 2", make([]byte, 12)),
		"long.npy":     npy(1, "<f4", "2, 2", make([]byte, 20)),
		"nan.npy":      npy(1, "<f4", "2, 2", append(make([]byte, 12), 0, 0, 0xc0, 0x7f)),
		"nothing.npy":  npy(1, "<f4", "0, 2", nil),
		"line.npy":     npy(1, "<f4", "4,", make([]byte, 16)),
		"points.npy":   npy(1, "<f4", "4, 2", make([]byte, 32)),
		"point.npy":    npy(1, "<f4", "1, 2", make([]byte, 8)),
	} {
		write(path, content)
	}

	var bomb, test, huge bytes.Buffer
	packed := zip.NewWriter(&bomb)
	member, _ := packed.Create("x.npy")
	member.Write(npy(1, "|u1", "2, 67108864", nil))
	for range 128 {
		member.Write(make([]byte, 1<<20))
	}
	packed.Close()
	packed = zip.NewWriter(&test)
	member, _ = packed.CreateHeader(&zip.FileHeader{Name: "x_test.npy", Method: zip.Store})
	member.Write(npy(1, "<f4", "2, 2", []byte("sixteen bytes...")))
	packed.Close()
	declares := npy(1, "|u1", "2, 30000000", nil) // all that there is of 60 MB
	packed = zip.NewWriter(&huge)
	member, _ = packed.CreateRaw(&zip.FileHeader{Name: "x.npy", Method: zip.Store, CRC32: crc32.ChecksumIEEE(declares), CompressedSize64: uint64(len(declares)), UncompressedSize64: uint64(len(declares)) + 60_000_000})
	member.Write(declares)
	packed.Close()
	write("bomb.npz", bomb.Bytes())
	write("test.npz", test.Bytes())
	write("huge.npz", huge.Bytes())
	write("crc.npz", bytes.Replace(bytes.Replace(test.Bytes(), []byte("sixteen"), []byte("seventy"), 1), []byte("x_test"), []byte("x_rest"), 2))

	chunk := func(kind string, data []byte) []byte {
		body := append([]byte(kind), data...)
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	head := func(width, height uint32) []byte {
		size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
		return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, 8, 2, 0, 0, 0))...)
	}
	write("bombs/a.png", append(head(40_000, 40_000), chunk("IEND", nil)...))
	write("cut/a.png", head(8, 8))
	write("photos/a.png", head(8, 8))
}
