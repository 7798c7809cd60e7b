package backend

// What shared libraries end in, and go-xla's folder for plugins in the user's home.
const (
	libExt   = ".dylib"
	goXLADir = "Library/Application Support/go-xla"
)
