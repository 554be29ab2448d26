package interop

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/internal/t8test"
	"github.com/scefkit/scefkit/t8"
)

// documents is where the documents of package t8 are; standard is where those of 3GPP are, when they are there.
const (
	documents = "../t8/openapi"
	standard  = "../../shared/reference/openapi/rel18"
)

// npm returns the path of a program that .ci/run installs by npm.
func npm(t *testing.T, program string) string {
	t.Helper()
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	path := filepath.Join(os.TempDir(), "scefkit-tools", "npm", "node_modules", ".bin", program)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not installed; see CONTRIBUTING.md", program)
	}
	return path
}

// The documents keep the rules of OpenAPI 3.1 and of good taste, says somebody else's checker.
func TestDocumentsAreValid(t *testing.T) {
	files, err := filepath.Glob(documents + "/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	cmd := exec.CommandContext(t.Context(), npm(t, "redocly"), append([]string{"lint", "--config", "testdata/redocly.yaml"}, files...)...)
	cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// official is an API with its document at 3GPP and a function that calls every operation of it, some more than once.
type official struct {
	api, file string
	drive     func(d *driver)
}

// officials are the APIs that are driven. Another one needs a line here, a function beside driveNIDD and a stand-in in
// internal/t8test.
var officials = []official{
	{"3gpp-nidd", "TS29122_NIDD.yaml", driveNIDD},
}

// TestOfficialDocuments puts a proxy between our client and our server that compares every request and every answer with
// the documents of 3GPP, and refuses what does not conform.
func TestOfficialDocuments(t *testing.T) {
	prism := npm(t, "prism")
	if _, err := os.Stat(standard); err != nil {
		t.Skipf("the documents of 3GPP are not in %s", standard)
	}
	dir := copyOfficial(t)
	for _, o := range officials {
		t.Run(o.api, func(t *testing.T) {
			t.Parallel()
			doc, err := t8test.Read(filepath.Join(documents, o.api+".json"))
			require.NoError(t, err)
			port := listen(t)
			root := "http://" + port.Addr().String()
			require.NoError(t, port.Close())
			var mu sync.Mutex
			done := map[string]bool{}
			upstream, stop, err := t8test.Serve(root, func(operation string) {
				mu.Lock()
				defer mu.Unlock()
				done[operation] = true
			})
			require.NoError(t, err)
			t.Cleanup(func() { _ = stop() })
			startPrism(t, prism, prepare(t, dir, o), root, upstream)

			trace := &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) {
				if strings.Contains(string(x.Answer), "stoplight.io/prism/errors") {
					t.Errorf("%s %s %s: %d %s", x.Method, x.URI, x.Request, x.Status, x.Answer)
				}
			}}
			client, err := t8.NewClient(root, &t8.ClientOptions{
				HTTP: &http.Client{Timeout: 20 * time.Second}, Trace: trace,
				Token: func(context.Context) (string, error) { return t8test.Token, nil },
			})
			require.NoError(t, err)
			for _, full := range []bool{false, true} {
				for variant := range 3 {
					o.drive(&driver{t: t, client: client, sampler: t8test.Sampler{Document: doc, Full: full, Variant: variant}})
				}
			}
			for _, a := range t8test.APIs(root) {
				if a.Name == o.api {
					for _, op := range a.Operations() {
						require.True(t, done[a.Name+" "+op.ID], "%s was not driven", op.ID)
					}
				}
			}
		})
	}
}

// startPrism starts the proxy and waits until it listens.
func startPrism(t *testing.T, prism, file, root, upstream string) {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(root, "http://"))
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), prism, "proxy", "--errors", "--port", port, filepath.Base(file), upstream)
	cmd.Dir = filepath.Dir(file)
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			select {
			case lines <- s.Text():
			case <-t.Context().Done():
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var told []string
	deadline := time.After(2 * time.Minute)
	for {
		select {
		case line, ok := <-lines:
			told = append(told, line)
			if !ok {
				t.Fatalf("prism ended: %s", strings.Join(told, "\n"))
			}
			if strings.Contains(line, "is listening") {
				go func() {
					for range lines { // so that prism never waits
						continue
					}
				}()
				return
			}
		case <-deadline:
			t.Fatalf("prism does not start: %s", strings.Join(told, "\n"))
		}
	}
}

var (
	foreign = regexp.MustCompile(`(TS\w+\.yaml)#/components/(\w+)/([\w.-]+)`)
	path    = regexp.MustCompile(`(?m)^  /`)
	paths   = regexp.MustCompile(`(?ms)^paths:\n.*?^components:`)
)

// copyOfficial copies the documents of 3GPP, with files that say nothing for those that are referred to and not there.
func copyOfficial(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(standard + "/*.yaml")
	require.NoError(t, err)
	missing := map[string]map[string][]string{} // file, kind, names
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o600))
		for _, m := range foreign.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(standard, m[1])); err != nil {
				if missing[m[1]] == nil {
					missing[m[1]] = map[string][]string{}
				}
				if !slices.Contains(missing[m[1]][m[2]], m[3]) {
					missing[m[1]][m[2]] = append(missing[m[1]][m[2]], m[3])
				}
			}
		}
	}
	for file, kinds := range missing {
		text := "openapi: 3.0.0\ncomponents:\n"
		for kind, names := range kinds {
			text += "  " + kind + ":\n"
			for _, name := range names {
				text += "    " + name + ": {description: unknown}\n"
			}
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	return dir
}

// prepare returns the document of an API with the name and version of the API in its paths, which is where the proxy looks
// for them. It lies in a directory of its own, where the other documents have no operations: those are of no use here.
func prepare(t *testing.T, dir string, o official) string {
	t.Helper()
	own := t.TempDir()
	files, err := filepath.Glob(dir + "/*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		text := string(b)
		if filepath.Base(f) == o.file {
			text = strings.ReplaceAll(text, "{apiRoot}/"+o.api+"/v1", "{apiRoot}")
			text = path.ReplaceAllString(text, "  /"+o.api+"/v1/")
		} else {
			text = paths.ReplaceAllString(text, "paths: {}\ncomponents:")
		}
		require.NoError(t, os.WriteFile(filepath.Join(own, filepath.Base(f)), []byte(text), 0o600))
	}
	return filepath.Join(own, o.file)
}

// driver is what a function that drives an API works with.
type driver struct {
	t       *testing.T
	client  *t8.Client
	sampler t8test.Sampler
}

// sample returns a body that is made from the document of the API.
func sample[T any](d *driver) *T {
	d.t.Helper()
	v := new(T)
	b, err := d.sampler.Named(reflect.TypeFor[T]().Name())
	require.NoError(d.t, err)
	require.NoError(d.t, json.Unmarshal(b, v), "%s", b)
	return v
}

// ok returns a value when there is no error.
func ok[T any](d *driver) func(v T, err error) T {
	return func(v T, err error) T {
		d.t.Helper()
		require.NoError(d.t, err)
		return v
	}
}

func driveNIDD(d *driver) {
	t, ctx, api := d.t, d.t.Context(), d.client.NIDD()
	const as = t8test.SCSAS
	config, delivery, port := ok[*t8.NIDDConfiguration](d), ok[*t8.NIDDDownlinkDataTransfer](d), ok[*t8.ManagePort](d)

	cfg := config(api.CreateConfiguration(ctx, as, sample[t8.NIDDConfiguration](d))).Self
	require.NotEmpty(t, ok[[]t8.NIDDConfiguration](d)(api.Configurations(ctx, as)))
	config(api.Configuration(ctx, as, cfg))
	config(api.ModifyConfiguration(ctx, as, cfg, sample[t8.NIDDConfigurationPatch](d)))
	config(api.ModifyConfiguration(ctx, as, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Null[time.Time]()})) // 3GPP lets few members be null

	one := delivery(api.CreateDelivery(ctx, as, cfg, sample[t8.NIDDDownlinkDataTransfer](d))).Self
	require.Len(t, ok[[]t8.NIDDDownlinkDataTransfer](d)(api.Deliveries(ctx, as, cfg)), 1)
	delivery(api.Delivery(ctx, as, cfg, one))
	delivery(api.ReplaceDelivery(ctx, as, cfg, one, sample[t8.NIDDDownlinkDataTransfer](d)))
	delivery(api.ModifyDelivery(ctx, as, cfg, one, sample[t8.NIDDDownlinkDataTransferPatch](d)))
	require.NoError(t, api.CancelDelivery(ctx, as, cfg, one))

	pair := t8.PortID(t8.RDSPort{PortUE: 3, PortSCEF: 15})
	port(api.ReservePort(ctx, as, cfg, pair, sample[t8.ManagePort](d)))
	require.Len(t, ok[[]t8.ManagePort](d)(api.Ports(ctx, as, cfg)), 1)
	port(api.Port(ctx, as, cfg, pair))
	require.True(t, ok[bool](d)(api.ReleasePort(ctx, as, cfg, pair)))

	require.NoError(t, api.DeleteConfiguration(ctx, as, cfg))
	_, err := api.Configuration(ctx, as, cfg)
	require.ErrorIs(t, err, fault.NotFound)
}
