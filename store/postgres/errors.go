package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Error codes of PostgreSQL, called SQLSTATE.
const (
	codeWarning         = "01000"
	codeDivision        = "22012" // what a statement of ours ends with when a check fails
	codeUnique          = "23505"
	codeSerialization   = "40001"
	codeUnknownOutcome  = "40003"
	codeDeadlock        = "40P01"
	codeNoSchema        = "3F000"
	codeDuplicateSchema = "42P06"
	codeDuplicateTable  = "42P07"
	codeDuplicateObject = "42710"
	codeNoTable         = "42P01"
	codeTooManyConns    = "53300"
	codeNoLock          = "55P03"
	codeAdminShutdown   = "57P01"
	codeReadOnly        = "25006"
	codeInternal        = "XX000"
)

// errConflict means that something that was read has changed since.
var errConflict = errors.New("postgres: conflict")

func sqlState(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// isConflict tells whether the transaction may come through when it runs again at once.
func isConflict(err error) bool {
	if errors.Is(err, errConflict) {
		return true
	}
	switch sqlState(err) {
	case codeDivision, codeUnique, codeSerialization, codeDeadlock, codeNoLock:
		return true
	}
	return false
}

// isGone tells whether the server could not be reached, or ended the connection, or gave up being the primary: another
// connection may do better.
func isGone(err error) bool {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return strings.HasPrefix(e.Code, "57P") || strings.HasPrefix(e.Code, "08") ||
			e.Code == codeTooManyConns || e.Code == codeReadOnly
	}
	if e := (*pgconn.ConnectError)(nil); errors.As(err, &e) {
		return true
	}
	if e := net.Error(nil); errors.As(err, &e) {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err) || err != nil && strings.Contains(err.Error(), "conn closed")
}

// isRefused tells whether err, got for a commit, says for certain that nothing was written.
func isRefused(err error) bool {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		// A FATAL error ends the session, maybe while it waits for a standby with the commit done.
		return e.SeverityUnlocalized == "ERROR" && e.Code != codeUnknownOutcome && !strings.HasPrefix(e.Code, "08") &&
			!strings.HasPrefix(e.Code, "57P")
	}
	return pgconn.SafeToRetry(err)
}

func ended(ctx context.Context) error { return fmt.Errorf("store: %w", ctx.Err()) }

// jitter returns a random time up to first doubled by every attempt, and not above most.
func jitter(attempt int, first, most time.Duration) time.Duration {
	return rand.N(min(first<<min(attempt, 16), most)) + 1
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}
