package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNewer is wrapped by Open when the tables were made by a newer program.
var ErrNewer = errors.New("postgres: schema of a newer program")

// migrations[i] brings the schema from version i to i+1. Every statement may run again, since several nodes may do this
// at the same time, and leaves what programs that are running need. %[1]s is the table, with its schema if there is one.
var migrations = [][]string{{
	`CREATE TABLE IF NOT EXISTS %[1]s (key bytea PRIMARY KEY, value bytea NOT NULL, version bigint NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS %[1]s_guard (id bigint PRIMARY KEY)`,
	fmt.Sprintf(`INSERT INTO %%[1]s_guard SELECT generate_series(0, %d) ON CONFLICT (id) DO NOTHING`, guards-1),
}}

// tuning is for PostgreSQL only. Room in the pages lets most updates leave the index alone.
const tuning = `ALTER TABLE %[1]s SET (fillfactor = 80)`

// migrate makes the tables or brings them to the last version of migrations.
func migrate(ctx context.Context, pool *pgxpool.Pool, migrations [][]string, schema, table string, tune bool) error {
	for attempt := 0; ; attempt++ {
		err := migrateOnce(ctx, pool, migrations, schema, table, tune)
		// Another node that makes the same tables shows as a duplicate somewhere in the catalogue.
		switch sqlState(err) {
		case codeUnique, codeDuplicateTable, codeDuplicateObject, codeDuplicateSchema, codeInternal, codeSerialization, codeDeadlock:
		default:
			return err
		}
		if attempt == 20 {
			return err
		}
		if err := sleep(ctx, jitter(attempt, 10*time.Millisecond, 200*time.Millisecond)); err != nil {
			return err
		}
	}
}

func migrateOnce(ctx context.Context, pool *pgxpool.Pool, migrations [][]string, schema, table string, tune bool) error {
	version, err := schemaVersion(ctx, pool, table)
	if err != nil {
		return err
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: %s has version %d; this program knows up to %d", ErrNewer, table, version, len(migrations))
	}
	if version == len(migrations) {
		return nil
	}
	var statements []string
	if schema != "" {
		statements = append(statements, `CREATE SCHEMA IF NOT EXISTS `+schema)
	}
	statements = append(statements, `CREATE TABLE IF NOT EXISTS %[1]s_schema (id bigint PRIMARY KEY, version bigint NOT NULL)`,
		`INSERT INTO %[1]s_schema VALUES (1, 0) ON CONFLICT (id) DO NOTHING`)
	for v := version; v < len(migrations); v++ {
		statements = append(statements, migrations[v]...)
		if v == 0 && tune {
			statements = append(statements, tuning)
		}
		statements = append(statements, fmt.Sprintf(`UPDATE %%[1]s_schema SET version = %d WHERE version = %d`, v+1, v))
	}
	for _, sql := range statements {
		if strings.Contains(sql, "%[1]s") {
			sql = fmt.Sprintf(sql, table)
		}
		if _, err := pool.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("postgres: making the tables: %w", err)
		}
	}
	return nil
}

// schemaVersion returns 0 when there are no tables.
func schemaVersion(ctx context.Context, pool *pgxpool.Pool, table string) (int, error) {
	var version int
	err := pool.QueryRow(ctx, `SELECT version FROM `+table+`_schema WHERE id = 1`, pgx.QueryExecModeSimpleProtocol).Scan(&version)
	switch code := sqlState(err); {
	case errors.Is(err, pgx.ErrNoRows), code == codeNoTable, code == codeNoSchema:
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("postgres: reading the version of the schema: %w", err)
	}
	return version, nil
}
