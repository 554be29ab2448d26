package t8client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/internal/t8test"
)

// withToken sends requests with the token of the tests.
type withToken struct{}

func (withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+t8test.Token)
	return http.DefaultTransport.RoundTrip(r)
}

// bodies are those that no schema tells: which members a patch may touch, and what one of two operations with the same
// body needs.
var bodies = map[string]string{
	"ModifyIndMonitoringEventSubscription": `[{"op": "replace", "path": "/notificationDestination", "value": "https://as.example.com/other"}]`,
	"ConfigureECRControl":                  `{"supportedFeatures": "0", "msisdn": "999770000001", "allowedPlmnIds": [{"mcc": "001", "mnc": "01"}]}`,
	"QueryECRControl":                      `{"supportedFeatures": "0", "externalId": "ue1@example.com", "scsAsId": "as1"}`,
}

// without are members of patches that are valid and need not fit what is there.
var without = map[string]string{"ModifyIndASSessionWithQoSSubscription": "multiModDatFlows"}

// TestGeneratedClients carries out every operation of every API: with few and with many members, and with each of those
// that exclude one another. Bodies are made from the documents.
func TestGeneratedClients(t *testing.T) {
	var mu sync.Mutex
	done := map[string]bool{}
	root, stop, err := t8test.Serve("", func(operation string) {
		mu.Lock()
		defer mu.Unlock()
		done[operation] = true
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	for name, open := range clients {
		t.Run(name, func(t *testing.T) {
			doc, err := t8test.Read(filepath.Join("../../t8/openapi", name+".json"))
			require.NoError(t, err)
			client, err := open(root+"/"+name+"/"+doc.Info.Version, &http.Client{Transport: withToken{}, Timeout: 20 * time.Second})
			require.NoError(t, err)
			operations, err := doc.Operations()
			require.NoError(t, err)
			for _, full := range []bool{false, true} {
				for variant := range 3 {
					r := &run{
						client: reflect.ValueOf(client), sampler: t8test.Sampler{Document: doc, Full: full, Variant: variant},
						vars: map[string]string{"scsAsId": string(t8test.SCSAS)},
					}
					for _, o := range operations {
						t.Run(fmt.Sprintf("%s full=%v variant=%d", o.ID, full, variant), func(t *testing.T) { r.carryOut(t, o) })
					}
				}
			}
			for _, o := range operations {
				require.True(t, done[name+" "+o.ID], "%s was not carried out", o.ID)
			}
		})
	}
}

// run is one way through an API.
type run struct {
	client  reflect.Value
	sampler t8test.Sampler
	vars    map[string]string // of paths
}

// carryOut calls each method that was generated for the operation: one for each media type of the body.
func (r *run) carryOut(t *testing.T, o t8test.Operation) {
	prefix := strings.ToUpper(o.ID[:1]) + o.ID[1:]
	called := 0
	for i := range r.client.NumMethod() {
		m := r.client.Type().Method(i)
		rest, ok := strings.CutPrefix(m.Name, prefix)
		if !ok || rest != "WithResponse" && (!strings.HasPrefix(rest, "WithApplication") || !strings.HasSuffix(rest, "BodyWithResponse")) {
			continue // another operation, or one whose body is octets
		}
		called++
		r.call(t, o, r.client.Method(i))
	}
	require.NotZero(t, called, "no method was generated")
}

func (r *run) call(t *testing.T, o t8test.Operation, method reflect.Value) {
	var names []string
	for s := range strings.SplitSeq(o.Path, "/") {
		if strings.HasPrefix(s, "{") {
			names = append(names, strings.Trim(s, "{}"))
		}
	}
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	var body []byte
	typ := method.Type()
	for i := 1; i < typ.NumIn()-1; i++ { // the last are editors
		in := typ.In(i)
		switch {
		case len(names) > 0:
			value, ok := r.vars[names[0]]
			if !ok {
				value = r.example(t, o, names[0])
			}
			args = append(args, reflect.ValueOf(value).Convert(in))
			names = names[1:]
		case in.Kind() == reflect.Pointer && strings.HasSuffix(in.Elem().Name(), "Params"):
			args = append(args, r.query(t, o, in))
		default:
			require.NotNil(t, o.RequestBody)
			for _, c := range o.RequestBody.Content { // all have the same form
				v := r.sampler.Of(c.Schema)
				if members, ok := v.(map[string]any); ok {
					delete(members, without[o.ID])
				}
				sample, err := json.Marshal(v)
				require.NoError(t, err)
				body = sample
			}
			if b := bodies[o.ID]; b != "" {
				body = []byte(b)
			}
			v := reflect.New(in)
			require.NoError(t, json.Unmarshal(body, v.Interface()), "%s", body)
			args = append(args, v.Elem())
		}
	}
	out := method.Call(args)
	if err, ok := out[1].Interface().(error); ok {
		require.NoError(t, err)
	}
	r.judge(t, o, body, out[0].Elem())
}

// example is the value of a path variable that the client chooses.
func (r *run) example(t *testing.T, o t8test.Operation, name string) string {
	var params []struct {
		Name   string
		Schema t8test.Schema
	}
	require.NoError(t, json.Unmarshal(r.sampler.Paths[o.Path]["parameters"], &params))
	for _, p := range params {
		if p.Name == name && len(p.Schema.Examples) > 0 {
			r.vars[name] = p.Schema.Examples[0]
			return p.Schema.Examples[0]
		}
	}
	return "text" // as the samples call everything
}

// query fills in the parameters of the query when there are many members.
func (r *run) query(t *testing.T, o t8test.Operation, typ reflect.Type) reflect.Value {
	v := reflect.New(typ.Elem())
	if !r.sampler.Full {
		return v
	}
	all := map[string]any{}
	for _, p := range o.Parameters {
		if p.In != "query" {
			continue
		}
		if p.Schema != nil {
			all[p.Name] = r.sampler.Of(*p.Schema)
		}
		for _, c := range p.Content {
			all[p.Name] = r.sampler.Of(c.Schema)
		}
	}
	b, err := json.Marshal(all)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v.Interface()))
	return v
}

// judge compares an answer with the document and with what was sent.
func (r *run) judge(t *testing.T, o t8test.Operation, sent []byte, answer reflect.Value) {
	res := answer.FieldByName("HTTPResponse").Interface().(*http.Response)
	body := answer.FieldByName("Body").Bytes()
	require.Equal(t, 2, res.StatusCode/100, "%s: %s answered %s", res.Status, sent, body)
	status := fmt.Sprint(res.StatusCode)
	documented, ok := o.Responses[status]
	require.True(t, ok, "%s is not in the document", res.Status)
	require.Equal(t, len(documented.Content) > 0, len(body) > 0, "%s: body %q", res.Status, body)
	if len(body) > 0 {
		decoded := answer.FieldByName("JSON" + status)
		require.True(t, decoded.IsValid() && !decoded.IsNil(), "%s was not decoded", body)
		again, err := json.Marshal(decoded.Interface())
		require.NoError(t, err)
		require.JSONEq(t, string(body), string(again), "the generated types lose something")
	}
	if res.StatusCode != http.StatusCreated {
		return
	}
	r.learn(o, res.Header.Get("Location"))
	var have, want any
	require.NoError(t, json.Unmarshal(body, &have))
	require.NoError(t, json.Unmarshal(sent, &want))
	holds(t, "", have, want)
}

// learn takes the variables of a path from the URI of a new resource.
func (r *run) learn(o t8test.Operation, location string) {
	for pattern := range r.sampler.Paths {
		p, l := strings.Split(pattern, "/"), strings.Split(location, "/")
		if !strings.HasPrefix(pattern, o.Path) || len(l) < len(p)-1 {
			continue
		}
		p, l = p[1:], l[len(l)-len(p)+1:]
		found := map[string]string{}
		for i := range p {
			if strings.HasPrefix(p[i], "{") {
				found[strings.Trim(p[i], "{}")] = l[i]
			} else if p[i] != l[i] {
				found = nil
				break
			}
		}
		for name, v := range found {
			r.vars[name] = v
		}
	}
}

// holds requires that have is want, or an object with at least the same members.
func holds(t *testing.T, at string, have, want any) {
	h, ok1 := have.(map[string]any)
	w, ok2 := want.(map[string]any)
	if !ok1 || !ok2 {
		a, _ := json.Marshal(have)
		b, _ := json.Marshal(want)
		if !bytes.Equal(a, b) {
			t.Errorf("%s is %s and should be %s", at, a, b)
		}
		return
	}
	for name, v := range w {
		holds(t, at+"/"+name, h[name], v)
	}
}
