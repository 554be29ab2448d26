package t8

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// OpenAPIPath is where a node serves the descriptions of its APIs, below the API root.
const OpenAPIPath = "/openapi/"

// NewOpenAPIHandler returns a handler that serves the descriptions of APIs to everybody: a list at the end of its path, and
// each document by the name of its API, as "3gpp-nidd.json". prefix is the path that it is mounted at, as [OpenAPIPath]. The
// documents are made when the first is asked for, and may be cached. opts may be nil.
func NewOpenAPIHandler(prefix string, opts *OpenAPIOptions, apis ...API) http.Handler {
	return &openAPIHandler{prefix: strings.TrimSuffix(prefix, "/") + "/", files: sync.OnceValues(func() (map[string]file, error) {
		return describeAll(opts, apis)
	})}
}

type openAPIHandler struct {
	prefix string
	files  func() (map[string]file, error)
}

// file is a document with its entity tag.
type file struct {
	body []byte
	etag string
}

func newFile(b []byte) file {
	sum := sha256.Sum256(b)
	return file{b, `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func describeAll(opts *OpenAPIOptions, apis []API) (map[string]file, error) {
	type entry struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Summary string `json:"summary,omitempty"`
		OpenAPI string `json:"openapi"` // relative reference
	}
	d, err := readDocs()
	if err != nil {
		return nil, err
	}
	files := make(map[string]file, len(apis)+1)
	all := make([]entry, 0, len(apis))
	for _, a := range apis {
		b, err := a.OpenAPI(opts)
		if err != nil {
			return nil, err
		}
		files[a.Name+".json"] = newFile(b)
		all = append(all, entry{a.Name, a.Version, d.APIs[a.Name], a.Name + ".json"})
	}
	b, err := marshal(map[string]any{"apis": all})
	files[""] = newFile(b)
	return files, err
}

// ServeHTTP implements http.Handler.
func (h *openAPIHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fail := func(status int) {
		b, _ := marshal(ProblemDetails{Title: http.StatusText(status), Status: status}) // can always be written
		w.Header().Set("Content-Type", typeProblem)
		w.WriteHeader(status)
		_, _ = w.Write(b) // a client that is gone needs no answer
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		fail(http.StatusMethodNotAllowed)
		return
	}
	files, err := h.files()
	if err != nil {
		fail(http.StatusInternalServerError)
		return
	}
	name, below := strings.CutPrefix(r.URL.Path, h.prefix)
	f, ok := files[name]
	if !below || !ok {
		fail(http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Etag", f.etag)
	header.Set("Cache-Control", "public, max-age=3600")
	header.Set("Access-Control-Allow-Origin", "*") // for viewers in a browser; there is nothing secret here
	header.Set("X-Content-Type-Options", "nosniff")
	if slices.Contains(strings.FieldsFunc(r.Header.Get("If-None-Match"), func(c rune) bool { return c == ',' || c == ' ' }), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", typeJSON)
	header.Set("Content-Length", strconv.Itoa(len(f.body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(f.body) // a client that is gone needs no answer
	}
}
