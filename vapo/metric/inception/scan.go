package inception

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"strings"
)

// longest is more than any text, number or frame of a state dictionary's pickle has.
const longest = 1 << 24

// Opcodes of pickles (pickletools of Python) by what follows them: nothing, bytes of a fixed number, lines, or bytes that a count
// of some bytes declares. What is in none of these is no opcode.
var (
	alone    = "(.012NQRbaed}l])tosu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98"
	fixed    = map[byte]int{'K': 1, 'M': 2, 'J': 4, 'G': 8, 'h': 1, 'j': 4, 'q': 1, 'r': 4, 0x80: 1, 0x82: 1, 0x83: 2, 0x84: 4}
	lines    = map[byte]int{'I': 1, 'L': 1, 'F': 1, 'S': 1, 'V': 1, 'g': 1, 'p': 1, 'P': 1, 'c': 2, 'i': 2}
	declared = map[byte]int{'U': 1, 'T': 4, 'X': 4, 'B': 4, 'C': 1, 0x8c: 1, 0x8d: 8, 0x8e: 8, 0x8a: 1, 0x8b: 4, 0x96: 8, 0x95: 8}
)

const frame = 0x95 // its bytes are opcodes again

// scanPickle reads a pickle to its end and refuses declared lengths that cannot be meant: gopickle makes room for them before it
// reads.
func scanPickle(r *bufio.Reader) error {
	for {
		op, err := r.ReadByte()
		if err != nil {
			return err
		}
		n := fixed[op]
		if width := declared[op]; width > 0 {
			count := make([]byte, 8)
			for i := range width {
				if count[i], err = r.ReadByte(); err != nil {
					return err
				}
			}
			length := binary.LittleEndian.Uint64(count)
			if length > longest {
				return fmt.Errorf("the pickle declares %d bytes of opcode %#x", length, op)
			}
			if n = int(length); op == frame {
				n = 0
			}
		} else if lines[op] == 0 && n == 0 && strings.IndexByte(alone, op) < 0 {
			return fmt.Errorf("the pickle has no opcode %#x", op)
		}
		if _, err := r.Discard(n); err != nil {
			return err
		}
		for range lines[op] {
			for b := byte(0); b != '\n'; {
				if b, err = r.ReadByte(); err != nil {
					return err
				}
			}
		}
		if op == '.' {
			return nil
		}
	}
}
