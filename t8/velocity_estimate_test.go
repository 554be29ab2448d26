package t8

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVelocityEstimate(t *testing.T) {
	for _, text := range []string{
		`{"hSpeed":50.5,"bearing":90}`,
		`{"hSpeed":0,"bearing":0,"vSpeed":0,"vDirection":"DOWNWARD"}`,
		`{"hSpeed":2047,"bearing":360,"hUncertainty":0}`,
		`{"hSpeed":1,"bearing":2,"vSpeed":255,"vDirection":"UPWARD","hUncertainty":255,"vUncertainty":4.5}`,
	} {
		var v VelocityEstimate
		require.Nil(t, decodeBody([]byte(text), &v, modeRequest), text)
		b, err := json.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, text, string(b))
	}
	for text, want := range map[string]map[string]string{
		`{"bearing":361}`:                                                                          {"/v/hSpeed": "is missing", "/v/bearing": "must be 0 to 360"},
		`{"hSpeed":1,"bearing":2,"vSpeed":3}`:                                                      {"/v/vDirection": "is missing"},
		`{"hSpeed":1,"bearing":2,"vDirection":"UPWARD"}`:                                           {"/v/vSpeed": "is missing"},
		`{"hSpeed":1,"bearing":2,"vDirection":"UPWARD","vSpeed":"fast"}`:                           {"/v/vSpeed": "must be a number"},
		`{"hSpeed":1,"bearing":2,"vUncertainty":1}`:                                                {"/v/vSpeed": "is missing", "/v/vDirection": "is missing", "/v/hUncertainty": "is missing"},
		`{"hSpeed":1,"bearing":2,"vSpeed":256,"vDirection":"UPWARD","hUncertainty":1}`:             {"/v/vSpeed": "must be 0 to 255", "/v/vUncertainty": "is missing"},
		`{"hSpeed":-1,"bearing":2,"hUncertainty":256,"vDirection":"","vUncertainty":1,"vSpeed":1}`: {"/v/hSpeed": "must be 0 to 2047", "/v/hUncertainty": "must be 0 to 255", "/v/vDirection": "is missing"},
	} {
		e := decodeBody([]byte(`{"v":`+text+`}`), new(struct {
			V *VelocityEstimate `json:"v"`
		}), modeRequest)
		require.Equal(t, want, faultsOf(e), text)
	}
}
