package t8_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

const (
	asA    = id.SCSASID("as-a")
	tokenA = "token-of-as-a-0001"
	tokenB = "token-of-as-b-0001"
)

// fake is a procedure that notes its calls and answers what the test says.
type fake struct {
	mu    sync.Mutex
	calls []string
	// answer returns what operation op answers to body; nil answers nothing and no error.
	answer func(ctx context.Context, op string, body any) (any, error)
}

var _ t8.NIDD = (*fake)(nil)

func (f *fake) called() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.calls...)
}

func do[T any](ctx context.Context, f *fake, op string, body any, ids ...any) (T, error) {
	f.mu.Lock()
	f.calls = append(f.calls, strings.TrimSpace(fmt.Sprintln(append([]any{op}, ids...)...)))
	f.mu.Unlock()
	var none T
	if f.answer == nil {
		return none, nil
	}
	v, err := f.answer(ctx, op, body)
	if v == nil {
		return none, err
	}
	return v.(T), err
}

func (f *fake) Configurations(ctx context.Context, s id.SCSASID) ([]t8.NIDDConfiguration, error) {
	return do[[]t8.NIDDConfiguration](ctx, f, "Configurations", nil, s)
}

func (f *fake) CreateConfiguration(ctx context.Context, s id.SCSASID, b *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
	return do[*t8.NIDDConfiguration](ctx, f, "CreateConfiguration", b, s)
}

func (f *fake) Configuration(ctx context.Context, s id.SCSASID, c string) (*t8.NIDDConfiguration, error) {
	return do[*t8.NIDDConfiguration](ctx, f, "Configuration", nil, s, c)
}

func (f *fake) ModifyConfiguration(ctx context.Context, s id.SCSASID, c string, b *t8.NIDDConfigurationPatch) (*t8.NIDDConfiguration, error) {
	return do[*t8.NIDDConfiguration](ctx, f, "ModifyConfiguration", b, s, c)
}

func (f *fake) DeleteConfiguration(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f, "DeleteConfiguration", nil, s, c)
	return err
}

func (f *fake) Deliveries(ctx context.Context, s id.SCSASID, c string) ([]t8.NIDDDownlinkDataTransfer, error) {
	return do[[]t8.NIDDDownlinkDataTransfer](ctx, f, "Deliveries", nil, s, c)
}

func (f *fake) CreateDelivery(ctx context.Context, s id.SCSASID, c string, b *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	return do[*t8.NIDDDownlinkDataTransfer](ctx, f, "CreateDelivery", b, s, c)
}

func (f *fake) Delivery(ctx context.Context, s id.SCSASID, c, d string) (*t8.NIDDDownlinkDataTransfer, error) {
	return do[*t8.NIDDDownlinkDataTransfer](ctx, f, "Delivery", nil, s, c, d)
}

func (f *fake) ReplaceDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	return do[*t8.NIDDDownlinkDataTransfer](ctx, f, "ReplaceDelivery", b, s, c, d)
}

func (f *fake) ModifyDelivery(ctx context.Context, s id.SCSASID, c, d string, b *t8.NIDDDownlinkDataTransferPatch) (*t8.NIDDDownlinkDataTransfer, error) {
	return do[*t8.NIDDDownlinkDataTransfer](ctx, f, "ModifyDelivery", b, s, c, d)
}

func (f *fake) CancelDelivery(ctx context.Context, s id.SCSASID, c, d string) error {
	_, err := do[any](ctx, f, "CancelDelivery", nil, s, c, d)
	return err
}

func (f *fake) Ports(ctx context.Context, s id.SCSASID, c string) ([]t8.ManagePort, error) {
	return do[[]t8.ManagePort](ctx, f, "Ports", nil, s, c)
}

func (f *fake) Port(ctx context.Context, s id.SCSASID, c, p string) (*t8.ManagePort, error) {
	return do[*t8.ManagePort](ctx, f, "Port", nil, s, c, p)
}

func (f *fake) ReservePort(ctx context.Context, s id.SCSASID, c, p string, b *t8.ManagePort) (*t8.ManagePort, error) {
	return do[*t8.ManagePort](ctx, f, "ReservePort", b, s, c, p)
}

func (f *fake) ReleasePort(ctx context.Context, s id.SCSASID, c, p string) (bool, error) {
	return do[bool](ctx, f, "ReleasePort", nil, s, c, p)
}

// static is the policy of the tests: two SCS/AS, loopback allowed.
func static(t testing.TB) *policy.Static {
	t.Helper()
	p, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{
		{ID: asA, Tokens: []string{tokenA}},
		{ID: "as/b", Tokens: []string{tokenB}, APIs: []string{"3gpp-monitoring-event"}},
	}})
	require.NoError(t, err)
	return p
}

// serve starts a server with p behind a Handler.
func serve(t testing.TB, p t8.NIDD, opts *t8.HandlerOptions) *httptest.Server {
	t.Helper()
	auth := static(t)
	if opts == nil {
		opts = &t8.HandlerOptions{}
	}
	if opts.Authorizer == nil {
		opts.Authorizer = auth
	}
	h, err := t8.NewHandler(auth, opts, t8.NIDDAPI(p))
	require.NoError(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// client returns a client of as-a.
func client(t testing.TB, root string) t8.NIDD {
	t.Helper()
	c, err := t8.NewClient(root, &t8.ClientOptions{Token: func(context.Context) (string, error) { return tokenA, nil }})
	require.NoError(t, err)
	return c.NIDD()
}

func covers(t *testing.T, ids ...string) {
	t.Helper()
	for _, i := range ids {
		t.Attr("covers", i)
	}
}
