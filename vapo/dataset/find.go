package dataset

import (
	"fmt"
	"os"
	"path/filepath"
)

// howToGet says how the sets come that Fetch does not know.
var howToGet = map[string]string{
	"cifar10-original": "it is for part of CIFAR-10, official records in data_batch*.bin and test_batch*.bin; all of it is cifar10 (`experiments data fetch cifar10`)",
	"celeba": "download img_align_celeba.zip and list_eval_partition.txt from " +
		"https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (Align&Cropped Images)" +
		" into a folder celeba, or put images of 64×64 pixels in celeba64/train and celeba64/test",
}

// missingError says where a set was looked for and how to get it. It wraps ErrMissing.
func missingError(name, looked string) error {
	how, ok := howToGet[name]
	if !ok {
		how = fmt.Sprintf("run `experiments data fetch %s`", name)
	}
	return fmt.Errorf("dataset: %s: %w: %s; %s, or set VAPO_DATA to the folder that holds it", name, ErrMissing, looked, how)
}

// findFolder returns root/folder, or an error that says where the set was looked for and how to get it.
func findFolder(name, root, folder string) (string, error) {
	if root == "" {
		return "", missingError(name, fmt.Sprintf("no data folder was given, in which %s would be looked for", folder))
	}
	path := filepath.Join(root, folder)
	if !isFolder(path) {
		return "", missingError(name, "there is no folder "+path)
	}
	return path, nil
}

func isFolder(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.IsDir()
}
