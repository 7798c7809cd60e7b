package dataset

const cifar100Folder = "cifar-100-binary"

// cifar100Files are the two files of the official archive, of 50,000 and 10,000 records; fewer are taken, and said to be
// a part. The hashes are those by which torchvision-ruby checks what it unpacks from the archive with the checksum in
// fetch.go.
var cifar100Files = map[string][]recordFile{
	"train": {{"train.bin", "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29", 0}},
	"test":  {{"test.bin", "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a", 0}},
}

// openCIFAR100 reads CIFAR-100 (Krizhevsky 2009). A record has two bytes of labels, one of 20 superclasses and one of
// 100 classes, which is the one kept.
func openCIFAR100(e entry, opt Options) (Dataset, error) {
	folder, err := findFolder(e.name, opt.Root, cifar100Folder)
	if err != nil {
		return nil, err
	}
	set := recordSet{entry: e, classes: []int{20, 100}, total: cifarTotal}
	return set.load(folder, opt.Split, cifar100Files[opt.Split])
}
