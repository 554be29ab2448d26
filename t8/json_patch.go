package t8

import "encoding/json"

// PatchItem is one step of a JSON Patch (RFC 6902; TS 29.571 §5.2.4, PatchItem). Path and From are JSON pointers
// (RFC 6901).
type PatchItem struct {
	// Op is what is done.
	Op PatchOperation `json:"op" t8:"required"`
	// Path is where it is done.
	Path string `json:"path" t8:"required"`
	// From is where the value comes from, with copy and move.
	From string `json:"from,omitempty"`
	// Value is the value that is put in or compared, with add, replace and test; null is a value, too.
	Value Opt[json.RawMessage] `json:"value,omitzero"`
}

// PatchOperation is what a step of a JSON Patch does (RFC 6902 §4; TS 29.571 §5.2.3).
type PatchOperation string

// The operations.
const (
	PatchAdd     PatchOperation = "add"
	PatchCopy    PatchOperation = "copy"
	PatchMove    PatchOperation = "move"
	PatchRemove  PatchOperation = "remove"
	PatchReplace PatchOperation = "replace"
	PatchTest    PatchOperation = "test" // the patch fails as a whole when the value is another one
)

// Known reports whether the value is one of RFC 6902.
func (v PatchOperation) Known() bool {
	switch v {
	case PatchAdd, PatchCopy, PatchMove, PatchRemove, PatchReplace, PatchTest:
		return true
	}
	return false
}
