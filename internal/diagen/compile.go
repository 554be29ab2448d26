package diagen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Module is where dictionaries are looked for that are inherited, but not given.
const Module = "github.com/scefkit/scefkit"

// Compile returns the Go of the dictionary at path, see [Load].
func Compile(path string, inherited ...string) ([]byte, error) {
	f, err := Load(path, inherited...)
	if err != nil {
		return nil, err
	}
	return Generate(f)
}

// Load reads the dictionary at path with all that it inherits, and resolves it. Inherited dictionaries are found by their
// @name: among the files inherited, in whatever order, and then in [Module], as the Go module around path requires it.
func Load(path string, inherited ...string) (*File, error) {
	l := loader{dir: filepath.Dir(path), given: map[string]*File{}, done: map[string]*File{}}
	for _, p := range inherited {
		f, err := read(p)
		if err != nil {
			return nil, err
		}
		if b := l.given[f.Name]; b != nil {
			return nil, f.fault(1, "dictionary %s is given already, in %s", f.Name, b.Path)
		}
		l.given[f.Name] = f
	}
	f, err := read(path)
	if err != nil {
		return nil, err
	}
	if err := l.resolve(f, nil); err != nil {
		return nil, err
	}
	return f, nil
}

func read(path string) (*File, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, src)
}

type loader struct {
	dir    string
	given  map[string]*File
	done   map[string]*File
	module map[string]string // paths of the dictionaries of Module by name; nil before they are needed
}

// resolve resolves f after what it inherits. The dictionaries in below inherit f.
func (l *loader) resolve(f *File, below []*File) error {
	var others []*File
	below = append(below, f)
	for _, in := range f.Inherits {
		for _, b := range below {
			if b.Name == in.Name {
				return f.fault(in.Line, "dictionary %s inherits itself", in.Name)
			}
		}
		o := l.done[in.Name]
		if o == nil {
			var err error
			if o, err = l.find(f, in); err != nil {
				return err
			}
			if err := l.resolve(o, below); err != nil {
				return err
			}
			l.done[in.Name] = o
		}
		others = append(others, o)
	}
	return Resolve(f, others)
}

func (l *loader) find(f *File, in *Inherit) (*File, error) {
	if o := l.given[in.Name]; o != nil {
		return o, nil
	}
	if l.module == nil {
		var err error
		if l.module, err = dictionaries(l.dir); err != nil {
			return nil, f.fault(in.Line, "dictionary %s is inherited, but not given, and %v", in.Name, err)
		}
	}
	p := l.module[in.Name]
	if p == "" {
		return nil, f.fault(in.Line, "dictionary %s is inherited, but neither given nor one of %s", in.Name, Module)
	}
	return read(p)
}

var nameLine = regexp.MustCompile(`(?m)^@name[ \t]+([A-Za-z0-9_-]+)`)

// dictionaries finds the dictionaries of Module by their names. The Go module around dir says which version it is.
func dictionaries(dir string) (map[string]string, error) {
	cmd := exec.CommandContext(context.Background(), "go", "list", "-m", "-mod=readonly", "-f", "{{.Dir}}", Module)
	cmd.Dir = dir
	out, err := cmd.Output()
	root := strings.TrimSpace(string(out))
	if err != nil || root == "" {
		why := "it has not been downloaded"
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			why = strings.TrimSpace(string(e.Stderr))
		} else if err != nil {
			why = err.Error()
		}
		return nil, fmt.Errorf("module %s cannot be found from %s: %s", Module, dir, why)
	}
	found := map[string]string{}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && (strings.HasPrefix(e.Name(), ".") || skipped[e.Name()]):
			return filepath.SkipDir
		case e.IsDir() || filepath.Ext(path) != ".dia":
			return nil
		}
		src, err := os.ReadFile(path)
		if m := nameLine.FindSubmatch(src); m != nil {
			found[string(m[1])] = path
		}
		return err
	})
	return found, err
}

// skipped are directories whose dictionaries are not for others.
var skipped = map[string]bool{"internal": true, "testdata": true, "examples": true, "interop": true}
