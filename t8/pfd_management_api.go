package t8

import (
	"context"
	"net/http"
	"net/url"
	"reflect"

	"github.com/oapi-codegen/runtime"

	"github.com/scefkit/scefkit/id"
)

// PFDManagement is the API for packet flow descriptions (TS 29.122 §5.11, 3gpp-pfd-management). The procedure of an SCEF
// implements it, and so does [Client]; what [NIDD] says about scope, ownership, errors, contexts and identifiers holds
// here, too. appID is an external application identifier.
//
// When no application of a transaction could be served, the error wraps a [ReportError] with []PFDReport and its status
// is 500. When some could, PFDReports of the result tells the others. The error of a single application wraps a
// ReportError with a PFDReport and its status is 403, 409 or 500. An error without report is told in ProblemDetails.
type PFDManagement interface {
	// Transactions returns the transactions of the SCS/AS, all or those that the filter asks for.
	Transactions(ctx context.Context, scsas id.SCSASID, filter PFDFilter) ([]PFDTransaction, error)

	// CreateTransaction provisions applications and returns the transaction with Self set, also that of each
	// application.
	CreateTransaction(ctx context.Context, scsas id.SCSASID, transaction *PFDTransaction) (*PFDTransaction, error)

	// Transaction returns a transaction.
	Transaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*PFDTransaction, error)

	// ReplaceTransaction replaces a transaction and returns the new one, or nil (204) when there is nothing to report.
	ReplaceTransaction(ctx context.Context, scsas id.SCSASID, transactionID string, transaction *PFDTransaction) (*PFDTransaction, error)

	// ModifyTransaction changes a transaction and returns the new one, or nil (204) when there is nothing to report. An
	// implementation uses [PFDTransactionPatch.Apply].
	ModifyTransaction(ctx context.Context, scsas id.SCSASID, transactionID string, patch *PFDTransactionPatch) (*PFDTransaction, error)

	// DeleteTransaction removes a transaction and all descriptions of it.
	DeleteTransaction(ctx context.Context, scsas id.SCSASID, transactionID string) error

	// Application returns the descriptions of one application of a transaction.
	Application(ctx context.Context, scsas id.SCSASID, transactionID, appID string) (*PFDData, error)

	// ReplaceApplication replaces the descriptions of an application and returns the new ones, or nil (204).
	ReplaceApplication(ctx context.Context, scsas id.SCSASID, transactionID, appID string, data *PFDData) (*PFDData, error)

	// ModifyApplication changes the descriptions of an application and returns the new ones, or nil (204). An
	// implementation uses [PFDDataPatch.Apply].
	ModifyApplication(ctx context.Context, scsas id.SCSASID, transactionID, appID string, patch *PFDDataPatch) (*PFDData, error)

	// DeleteApplication removes the descriptions of an application; the others of the transaction stay.
	DeleteApplication(ctx context.Context, scsas id.SCSASID, transactionID, appID string) error
}

// PFDFilter asks for some transactions only, in the retrieval of the collection; the zero PFDFilter asks for all.
type PFDFilter struct {
	// ExternalAppIDs asks for transactions with any of these applications; query parameter external-app-ids.
	ExternalAppIDs []string
}

const pfdAppIDs = "external-app-ids"

// parsePFDFilter reads the query of a request.
func parsePFDFilter(u *url.URL) (f PFDFilter, err error) {
	if err := runtime.BindRawQueryParameter("form", true, false, pfdAppIDs, u.RawQuery, &f.ExternalAppIDs); err != nil {
		return f, badQuery(pfdAppIDs, "must be texts")
	}
	return f, nil
}

// addTo returns the URI with the filter as its query.
func (f PFDFilter) addTo(uri string) string {
	if len(f.ExternalAppIDs) == 0 {
		return uri
	}
	return uri + "?" + url.Values{pfdAppIDs: f.ExternalAppIDs}.Encode()
}

// PFDManagementAPI makes the API for packet flow descriptions out of an implementation, for [NewHandler].
func PFDManagementAPI(p PFDManagement) API {
	const (
		transactions = "/{scsAsId}/transactions"
		transaction  = transactions + "/{transactionId}"
		application  = transaction + "/applications/{appId}"
	)
	self := func(t *PFDTransaction) string { return t.Self }
	create := func(c *call, b *PFDTransaction) (*PFDTransaction, error) {
		return p.CreateTransaction(c.ctx, c.scsas, b)
	}
	modify := func(c *call, b *PFDTransactionPatch) (*PFDTransaction, error) {
		return p.ModifyTransaction(c.ctx, c.scsas, c.vars[0], b)
	}
	modifyApp := func(c *call, b *PFDDataPatch) (*PFDData, error) {
		return p.ModifyApplication(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
	}
	reportsAll := func(r route) route { return reporting[[]PFDReport](r, http.StatusInternalServerError) }
	reportsOne := func(r route) route {
		return reporting[PFDReport](r, http.StatusForbidden, http.StatusConflict, http.StatusInternalServerError)
	}
	return API{Name: "3gpp-pfd-management", Version: "v1", routes: []route{
		asking(getList(transactions, "FetchAllPFDManagementTransactions", func(c *call) ([]PFDTransaction, error) {
			f, err := parsePFDFilter(c.url)
			if err != nil {
				return nil, err
			}
			return p.Transactions(c.ctx, c.scsas, f)
		}), queryParam{pfdAppIDs, reflect.TypeFor[[]string](), false}),
		notifying(reportsAll(postNew(transactions, "CreatePFDManagementTransaction", self, create)),
			"notificationDestination", reflect.TypeFor[[]PFDReport]()),
		getOne(transaction, "FetchIndPFDManagementTransaction", func(c *call) (*PFDTransaction, error) {
			return p.Transaction(c.ctx, c.scsas, c.vars[0])
		}),
		reportsAll(put(transaction, "UpdateIndPFDManagementTransaction", func(c *call, b *PFDTransaction) (*PFDTransaction, error) {
			return p.ReplaceTransaction(c.ctx, c.scsas, c.vars[0], b)
		})),
		reportsAll(patch(transaction, "ModifyIndPFDManagementTransaction", mergePatch, modify)),
		remove(transaction, "DeleteIndPFDManagementTransaction", func(c *call) error {
			return p.DeleteTransaction(c.ctx, c.scsas, c.vars[0])
		}),
		getOne(application, "FetchIndApplicationPFDManagement", func(c *call) (*PFDData, error) {
			return p.Application(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		reportsOne(put(application, "UpdateIndApplicationPFDManagement", func(c *call, b *PFDData) (*PFDData, error) {
			return p.ReplaceApplication(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		})),
		reportsOne(patch(application, "ModifyIndApplicationPFDManagement", mergePatch, modifyApp)),
		remove(application, "DeleteIndApplicationPFDManagement", func(c *call) error {
			return p.DeleteApplication(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
	}}
}
