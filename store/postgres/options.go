package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options are the optional parts of a Store.
type Options struct {
	// Schema is the schema of the database that holds the tables; it is created if it is missing. Empty means the first
	// one of the search path, as a rule "public".
	Schema string
	// Table is the name of the table of records, and the beginning of the names of the two tables beside it. Letters a-z,
	// digits and underscores, at most 40 octets. Empty means "scefkit".
	Table string
	// MaxConns is the greatest number of connections. Zero means what pool_max_conns in the connection string says, else
	// 32. The least is 2. Every View and Update under way that has read something has a connection of its own, so a
	// function that runs a View within another transaction needs two.
	MaxConns int
	// Reconnect is how long a transaction that cannot reach the server, and has not begun to commit, tries again before
	// it fails. It should outlast a failover. Zero means 15 s, a negative number means not at all.
	Reconnect time.Duration
	// CommitTimeout is how long Update waits for the end of a commit, which a context does not cut short. Afterwards it
	// gives up the connection and returns store.ErrOutcomeUnknown. Zero means 30 s.
	CommitTimeout time.Duration
	// CacheRecords is the number of records with values up to 1 KiB that are remembered, so that an Update of what was read
	// or written together lately needs one round trip only. Zero means 65,536, which takes some 30 MB when records have
	// 300 octets; a negative number means none.
	CacheRecords int
	// Serializable makes every commit a SERIALIZABLE transaction of the server, which then finds the conflicts. It is
	// always so on servers other than PostgreSQL. All Stores of one database must agree.
	Serializable bool
	// Configure may change the configuration of the pool that was read from the connection string, as to give a TLS
	// configuration. Nil means that it stays.
	Configure func(*pgxpool.Config)
	// Logger gets Warn when a transaction has to try again because the server is gone. Keys and values are never logged.
	// Nil means slog.DiscardHandler.
	Logger *slog.Logger
}

var nameRule = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,39}$`)

func (o *Options) check() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Table == "" {
		c.Table = "scefkit"
	}
	if c.Reconnect == 0 {
		c.Reconnect = 15 * time.Second
	}
	if c.CacheRecords == 0 {
		c.CacheRecords = 1 << 16
	}
	if c.CommitTimeout == 0 {
		c.CommitTimeout = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var errs []error
	if !nameRule.MatchString(c.Table) {
		errs = append(errs, fmt.Errorf("postgres: Table %q is not a plain name", c.Table))
	}
	if c.Schema != "" && !nameRule.MatchString(c.Schema) {
		errs = append(errs, fmt.Errorf("postgres: Schema %q is not a plain name", c.Schema))
	}
	if c.MaxConns < 0 || c.MaxConns == 1 || c.MaxConns > 1<<16 {
		errs = append(errs, fmt.Errorf("postgres: MaxConns %d is not within 2 and 65536", c.MaxConns))
	}
	if c.CommitTimeout < 0 {
		errs = append(errs, fmt.Errorf("postgres: CommitTimeout %v is negative", c.CommitTimeout))
	}
	return c, errors.Join(errs...)
}

const defaultConns = 32

// poolConfig makes the configuration of the pool.
func poolConfig(connString string, o Options, server *server) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(connString)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if o.MaxConns > 0 {
		cfg.MaxConns = int32(o.MaxConns)
	} else if !strings.Contains(connString, "pool_max_conns") {
		cfg.MaxConns = defaultConns
	}
	if o.Configure != nil {
		o.Configure(cfg)
	}
	cfg.MaxConns = max(cfg.MaxConns, 2)
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	// A standby may lag behind, and cannot write.
	if cfg.ConnConfig.ValidateConnect == nil {
		cfg.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	notice := cfg.ConnConfig.OnNotice
	cfg.ConnConfig.OnNotice = func(c *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" && (n.Code == codeWarning || n.Code == codeAdminShutdown) {
			c.CustomData()[warned] = n.Message
		}
		if notice != nil {
			notice(c, n)
		}
	}
	after := cfg.AfterConnect
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		if after != nil {
			if err := after(ctx, c); err != nil {
				return err
			}
		}
		return server.greet(ctx, c)
	}
	return cfg, nil
}

// The key of a connection's custom data under which the text of a warning lies. When the wait of a commit for the
// standby is cut short, the server warns, and then reports success.
const warned = "scefkit/warned"

// server is what the Store must know of the server. It is written before the first connection is used.
type server struct {
	forced       bool // Options.Serializable
	serializable bool // commits are SERIALIZABLE transactions
}

// ErrUnsafe is wrapped by Open when the server is set up to lose data.
var ErrUnsafe = errors.New("postgres: unsafe server")

// greet brings a new connection into the state in which the Store works.
func (s *server) greet(ctx context.Context, c *pgx.Conn) error {
	var version, commit, fsync string
	err := c.QueryRow(ctx, `SELECT version(), coalesce(current_setting('synchronous_commit', true), 'on'),
		coalesce(current_setting('fsync', true), 'on')`).Scan(&version, &commit, &fsync)
	if err != nil {
		return err
	}
	if !genuine(version) {
		_, err := c.Exec(ctx, "SET default_transaction_isolation = 'serializable'")
		return err
	}
	if fsync == "off" {
		return fmt.Errorf("%w: fsync is off", ErrUnsafe)
	}
	if commit == "off" || commit == "local" {
		commit = "on" // stronger settings stay
	}
	isolation := "read committed"
	if s.forced {
		isolation = "serializable"
	}
	// Plans that were made while the table was small must be good when it is large, and take locks in the order of the
	// keys: always by the index, key by key. So there is one plan for each statement, which is not made again for the
	// number of keys in each call.
	_, err = c.Exec(ctx, `SELECT set_config('synchronous_commit', $1, false), set_config('default_transaction_isolation', $2, false),
		set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false),
		set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
		set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false)`, commit, isolation)
	return err
}

// genuine tells PostgreSQL from servers that speak like it.
func genuine(version string) bool {
	return strings.HasPrefix(version, "PostgreSQL ") && !strings.Contains(version, "-YB-")
}
