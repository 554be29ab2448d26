package diagen

import "os"

// Compile reads the dictionary at path and the ones at inherited, each after those that it inherits, and returns the Go
// of the first.
func Compile(path string, inherited ...string) ([]byte, error) {
	var files []*File
	for _, p := range append(inherited[:len(inherited):len(inherited)], path) {
		src, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		f, err := Parse(p, src)
		if err != nil {
			return nil, err
		}
		if err := Resolve(f, files); err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return Generate(files[len(files)-1])
}
