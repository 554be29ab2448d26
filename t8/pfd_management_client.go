package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// PFDManagement returns the API for packet flow descriptions.
func (c *Client) PFDManagement() PFDManagement {
	return pfdClient{caller{c, "3gpp-pfd-management", "/3gpp-pfd-management/v1"}}
}

// pfdClient is PFDManagement over HTTP.
type pfdClient struct{ caller }

var _ PFDManagement = pfdClient{}

func (p pfdClient) all(scsas id.SCSASID) string { return p.collection(scsas, "transactions") }

func (p pfdClient) one(scsas id.SCSASID, transactionID string) string {
	return item(p.all(scsas), transactionID)
}

func (p pfdClient) application(scsas id.SCSASID, transactionID, appID string) string {
	return item(p.one(scsas, transactionID)+"/applications", appID)
}

// reportsAll is what failures of transactions are told in.
func (p pfdClient) reportsAll() map[int]reflect.Type {
	return map[int]reflect.Type{http.StatusInternalServerError: reflect.TypeFor[[]PFDReport]()}
}

// reportsOne is what failures of applications are told in.
func (p pfdClient) reportsOne() map[int]reflect.Type {
	t := reflect.TypeFor[PFDReport]()
	return map[int]reflect.Type{http.StatusForbidden: t, http.StatusConflict: t, http.StatusInternalServerError: t}
}

func (p pfdClient) Transactions(ctx context.Context, scsas id.SCSASID, filter PFDFilter) ([]PFDTransaction, error) {
	return fetchList[PFDTransaction](ctx, p.caller, "FetchAllPFDManagementTransactions", scsas, filter.addTo(p.all(scsas)))
}

func (p pfdClient) CreateTransaction(
	ctx context.Context, scsas id.SCSASID, transaction *PFDTransaction,
) (*PFDTransaction, error) {
	q := request{
		operation: "CreatePFDManagementTransaction", scsas: scsas,
		uri: p.all(scsas), body: transaction, reports: p.reportsAll(),
	}
	return create(ctx, p.caller, q, func(v *PFDTransaction) *string { return &v.Self })
}

func (p pfdClient) Transaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*PFDTransaction, error) {
	return fetch[PFDTransaction](ctx, p.caller, "FetchIndPFDManagementTransaction", scsas, p.one(scsas, transactionID))
}

func (p pfdClient) ReplaceTransaction(
	ctx context.Context, scsas id.SCSASID, transactionID string, transaction *PFDTransaction,
) (*PFDTransaction, error) {
	return change[PFDTransaction](ctx, p.caller, request{
		operation: "UpdateIndPFDManagementTransaction", scsas: scsas,
		method: "PUT", uri: p.one(scsas, transactionID), media: typeJSON, body: transaction, reports: p.reportsAll(),
	})
}

func (p pfdClient) ModifyTransaction(
	ctx context.Context, scsas id.SCSASID, transactionID string, patch *PFDTransactionPatch,
) (*PFDTransaction, error) {
	return change[PFDTransaction](ctx, p.caller, request{
		operation: "ModifyIndPFDManagementTransaction", scsas: scsas,
		method: "PATCH", uri: p.one(scsas, transactionID), media: typeMerge, body: patch, reports: p.reportsAll(),
	})
}

func (p pfdClient) DeleteTransaction(ctx context.Context, scsas id.SCSASID, transactionID string) error {
	return drop(ctx, p.caller, "DeleteIndPFDManagementTransaction", scsas, p.one(scsas, transactionID))
}

func (p pfdClient) Application(ctx context.Context, scsas id.SCSASID, transactionID, appID string) (*PFDData, error) {
	return fetch[PFDData](ctx, p.caller, "FetchIndApplicationPFDManagement", scsas, p.application(scsas, transactionID, appID))
}

func (p pfdClient) ReplaceApplication(
	ctx context.Context, scsas id.SCSASID, transactionID, appID string, data *PFDData,
) (*PFDData, error) {
	return change[PFDData](ctx, p.caller, request{
		operation: "UpdateIndApplicationPFDManagement", scsas: scsas,
		method: "PUT", uri: p.application(scsas, transactionID, appID), media: typeJSON, body: data, reports: p.reportsOne(),
	})
}

func (p pfdClient) ModifyApplication(
	ctx context.Context, scsas id.SCSASID, transactionID, appID string, patch *PFDDataPatch,
) (*PFDData, error) {
	return change[PFDData](ctx, p.caller, request{
		operation: "ModifyIndApplicationPFDManagement", scsas: scsas,
		method: "PATCH", uri: p.application(scsas, transactionID, appID), media: typeMerge, body: patch, reports: p.reportsOne(),
	})
}

func (p pfdClient) DeleteApplication(ctx context.Context, scsas id.SCSASID, transactionID, appID string) error {
	return drop(ctx, p.caller, "DeleteIndApplicationPFDManagement", scsas, p.application(scsas, transactionID, appID))
}
