package diagen

import "slices"

// AVP returns the AVP of that name that a resolved dictionary defines or inherits, or nil.
func (f *File) AVP(name string) *AVP { return f.known[name] }

// Constant returns the value that an AVP always has in the messages of the dictionary, if it has one.
func (f *File) Constant(name string) (uint32, bool) {
	for _, o := range f.constants {
		if o.name == name {
			values := f.known[name].enum.Values
			return values[slices.IndexFunc(values, func(v *Value) bool { return v.Name == o.value })].Number, true
		}
	}
	return 0, false
}

// GoName returns the name of the AVP in Go.
func (a *AVP) GoName() string { return a.goName }

// Group returns the grammar of a group that has a type in Go, else nil.
func (a *AVP) Group() *Grammar {
	if a.Type != "Grouped" || raw(a) {
		return nil
	}
	return a.group
}

// Scope returns the dictionary that defines the AVP, where the members of a group are found.
func (a *AVP) Scope() *File { return a.file }

// MayBeEmpty reports whether a text may be empty where it is required.
func (a *AVP) MayBeEmpty() bool { return a.empty }

// GoName returns the name of a message in Go.
func (g *Grammar) GoName() string { return g.goName() }

// Needs returns the groups of the grammar, each with a member that only this grammar requires.
func (g *Grammar) Needs() (out [][2]*AVP) {
	for _, in := range g.within {
		out = append(out, in.path)
	}
	return out
}
