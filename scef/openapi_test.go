package scef_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOpenAPI reads the descriptions of the APIs, which needs no token, and finds the node in them.
func TestOpenAPI(t *testing.T) {
	b := start(t)
	get := func(path string, into any) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", b.root+path, nil)
		require.NoError(t, err)
		res, err := b.http.Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		require.Equal(t, 200, res.StatusCode)
		require.NoError(t, json.NewDecoder(res.Body).Decode(into))
	}
	var list struct {
		APIs []struct{ Name, OpenAPI string }
	}
	get("/openapi/", &list)
	require.NotEmpty(t, list.APIs)
	for _, a := range list.APIs {
		var doc struct {
			OpenAPI string
			Servers []struct {
				Variables struct{ APIRoot struct{ Default string } }
			}
		}
		get("/openapi/"+a.OpenAPI, &doc)
		require.Equal(t, "3.1.0", doc.OpenAPI)
		require.Equal(t, b.root, doc.Servers[0].Variables.APIRoot.Default)
	}
}
