package t8

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// rhyme is a struct that checks itself.
type rhyme struct {
	Rose  string  `json:"rose" t8:"required"`
	Prose string  `json:"prose,omitempty"`
	Inner []rhyme `json:"inner,omitempty"`
}

func (r *rhyme) selfCheck(c *checker) {
	switch {
	case r.Rose == "" && r.Prose == "":
		c.missing("/prose")
	case r.Prose == r.Rose:
		c.wrong("/prose", "must not be %s", r.Rose)
	case r.Inner != nil && r.Prose == "none":
		c.wrong("", "must be alone")
	}
}

func TestStructThatChecksItself(t *testing.T) {
	require.Equal(t, map[string]string{"/prose": "must not be a", "/inner/0/rose": "is missing", "/inner/0/prose": "is missing", "/inner/1": "must be alone"},
		faultsOf(decodeBody([]byte(`{"rose":"a","prose":"a","inner":[{},{"rose":"b","prose":"none","inner":[]},{"rose":"c"}]}`), new(rhyme), modeRequest)))
	// What the decoder found wrong is not judged again.
	require.Equal(t, map[string]string{"/rose": "is missing", "/prose": "must be a string"},
		faultsOf(decodeBody([]byte(`{"prose":1}`), new(rhyme), modeRequest)))
	// A body that is an array is checked as well.
	require.Equal(t, map[string]string{"/1/prose": "must not be b", "/2/rose": "is missing", "/2/prose": "is missing"},
		faultsOf(decodeBody([]byte(`[{"rose":"a"},{"rose":"b","prose":"b"},{}]`), new([]rhyme), modeRequest)))
}
