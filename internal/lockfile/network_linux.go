package lockfile

import "syscall"

// networks are the numbers by which Linux tells file systems of other machines (statfs(2)).
var networks = map[uint32]string{
	0x6969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x01021997: "9P", 0x0bd00bd0: "Lustre", 0x47504653: "GPFS", 0x00c36400: "Ceph",
	0x65735546: "FUSE",
}

// Network names the file system of a folder where that may be another machine's, whose locks hold between machines only where
// server and mount have locking; else "".
func Network(dir string) string {
	var stat syscall.Statfs_t
	if syscall.Statfs(dir, &stat) != nil {
		return ""
	}
	return networks[uint32(stat.Type)]
}
