package fault_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
)

func ExampleError() {
	var err error = fault.FromAnswer("nidd.CreateConfiguration", diameter.ErrorUserUnknown)
	fmt.Println(errors.Is(err, fault.UserUnknown), fault.As(err).Status(), fault.As(err).CauseText())
	fmt.Println(err)
	// Output:
	// true 404 USER_UNKNOWN
	// nidd.CreateConfiguration: user unknown [DIAMETER_ERROR_USER_UNKNOWN (5001)]
}

// results lists those that a code stands for.
func results(c fault.Code) (list []string) {
	if c == fault.NetworkFailure {
		return []string{"all others"}
	}
	for _, r := range diameter.Results() {
		if !r.IsSuccess() && fault.FromResult(r) == c {
			list = append(list, fmt.Sprint(r.Code))
		}
	}
	return list
}

// TestTable walks the table in both directions.
func TestTable(t *testing.T) {
	for _, c := range fault.Codes() {
		require.NotEmpty(t, c.String())
		require.GreaterOrEqual(t, c.Status(), 400)
		back := fault.FromStatus(c.Status(), c.Cause())
		require.Equal(t, c.Status(), back.Status())
		require.Equal(t, c.Cause(), back.Cause(), "%v", c)
		if c.Cause() != "" {
			require.Equal(t, c, back, "a cause stands for one code")
		}
	}
	require.Equal(t, fault.NotFound, fault.FromStatus(404, "SOMETHING_NEW"))
	require.Equal(t, fault.Malformed, fault.FromStatus(418, ""))
	require.Equal(t, fault.Internal, fault.FromStatus(599, ""))
	require.Equal(t, fault.Internal, fault.FromStatus(500, ""))
	require.Equal(t, fault.NetworkFailure, fault.FromResult(diameter.Result{Code: 5999}))
	require.Equal(t, "code 200", fault.Code(200).String())
}

func TestError(t *testing.T) {
	below := errors.New("secret")
	e := &fault.Error{
		Op: "x.Y", Code: fault.InvalidParameter, Detail: "d", Params: []fault.Param{{Param: "/a", Reason: "bad"}}, Err: below,
	}
	require.EqualError(t, e, "x.Y: invalid parameter: d; /a: bad: secret")
	require.ErrorIs(t, fmt.Errorf("w: %w", e), fault.InvalidParameter)
	require.ErrorIs(t, e, below)
	require.NotErrorIs(t, e, fault.NotFound)
	require.Equal(t, "MANDATORY_IE_INCORRECT", e.CauseText())
	e.Cause = "OTHER"
	require.Equal(t, "OTHER", e.CauseText())
	require.Same(t, e, fault.As(fmt.Errorf("w: %w", e)))
	require.Equal(t, fault.Internal, fault.As(below).Code)
	require.Nil(t, fault.As(nil))
}

// TestFaultTable compares the table in README.md with the one of the package; SCEFKIT_UPDATE=1 rewrites it.
func TestFaultTable(t *testing.T) {
	const path, begin, end = "../README.md", "<!-- faults: printed by TestFaultTable -->\n", "<!-- /faults -->"
	var b strings.Builder
	b.WriteString("| code | HTTP | cause | Diameter |\n|--|--|--|--|\n")
	for _, c := range fault.Codes() {
		fmt.Fprintf(&b, "| %v | %d | %s | %s |\n", c, c.Status(), c.Cause(), strings.Join(results(c), ", "))
	}
	readme, err := os.ReadFile(path)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(readme), begin)
	require.True(t, ok)
	got, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	if os.Getenv("SCEFKIT_UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(head+begin+b.String()+end+tail), 0o644))
		got = b.String()
	}
	require.Equal(t, b.String(), got)
}
