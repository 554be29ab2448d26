package interop

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

// officials are the APIs that are driven. Another one needs a line here, a function in openapi_drive_test.go and a stand-in
// in internal/t8test.
var officials = []official{
	{"3gpp-nidd", "TS29122_NIDD.yaml", driveNIDD},
	{"3gpp-monitoring-event", "TS29122_MonitoringEvent.yaml", driveMonitoring},
	{"3gpp-device-triggering", "TS29122_DeviceTriggering.yaml", driveTriggering},
	{"3gpp-bdt", "TS29122_ResourceManagementOfBdt.yaml", driveBDT},
	{"3gpp-as-session-with-qos", "TS29122_AsSessionWithQoS.yaml", driveQoS},
	{"3gpp-chargeable-party", "TS29122_ChargeableParty.yaml", driveChargeable},
	{"3gpp-cp-parameter-provisioning", "TS29122_CpProvisioning.yaml", driveCP},
	{"3gpp-net-stat-report", "TS29122_ReportingNetworkStatus.yaml", driveStatus},
	{"3gpp-network-parameter-configuration", "TS29122_NpConfiguration.yaml", driveNP},
	{"3gpp-pfd-management", "TS29122_PfdManagement.yaml", drivePFD},
	{"3gpp-ecr-control", "TS29122_ECRControl.yaml", driveECR},
	{"3gpp-group-message-delivery-mb2", "TS29122_GMDviaMBMSbyMB2.yaml", driveMB2},
	{"3gpp-group-message-delivery-xmb", "TS29122_GMDviaMBMSbyxMB.yaml", driveXMB},
	{"3gpp-racs-pp", "TS29122_RacsParameterProvisioning.yaml", driveRACS},
	{"3gpp-msisdn-less-mo-sms", "TS29122_MsisdnLessMoSms.yaml", driveMOSMS},
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
					o.drive(&driver{t: t, root: root, client: client, sampler: t8test.Sampler{Document: doc, Full: full, Variant: variant}})
				}
			}
			operations, err := doc.Operations()
			require.NoError(t, err)
			for _, op := range operations {
				require.True(t, done[o.api+" "+op.ID], "%s was not driven", op.ID)
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
