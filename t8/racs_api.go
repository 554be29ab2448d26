package t8

import (
	"context"
	"net/http"

	"github.com/scefkit/scefkit/id"
)

// RACSParameterProvisioning is the API for radio capabilities of UE models (TS 29.122 §5.16,
// 3gpp-racs-parameter-provisioning, in URIs 3gpp-racs-pp). The procedure of an SCEF implements it, and so does [Client];
// what [NIDD] says about scope, ownership, errors, contexts and identifiers holds here, too.
//
// When no RACS ID could be provisioned, the error wraps a [ReportError] with []RACSFailureReport and its status is 500.
// When some could, RACSReports of the result tells the others. An error without report is told in ProblemDetails.
type RACSParameterProvisioning interface {
	// Provisionings returns all provisionings of the SCS/AS.
	Provisionings(ctx context.Context, scsas id.SCSASID) ([]RACSProvisioningData, error)

	// CreateProvisioning provisions capabilities and returns them with Self set.
	CreateProvisioning(ctx context.Context, scsas id.SCSASID, data *RACSProvisioningData) (*RACSProvisioningData, error)

	// Provisioning returns a provisioning.
	Provisioning(ctx context.Context, scsas id.SCSASID, provisioningID string) (*RACSProvisioningData, error)

	// ReplaceProvisioning replaces a provisioning and returns the new one, or nil (204) when there is nothing to report.
	ReplaceProvisioning(ctx context.Context, scsas id.SCSASID, provisioningID string, data *RACSProvisioningData) (*RACSProvisioningData, error)

	// ModifyProvisioning changes a provisioning and returns the new one, or nil (204) when there is nothing to report. An
	// implementation uses [RACSProvisioningDataPatch.Apply].
	ModifyProvisioning(ctx context.Context, scsas id.SCSASID, provisioningID string, patch *RACSProvisioningDataPatch) (*RACSProvisioningData, error)

	// DeleteProvisioning removes a provisioning.
	DeleteProvisioning(ctx context.Context, scsas id.SCSASID, provisioningID string) error
}

// RACSParameterProvisioningAPI makes the API for radio capabilities out of an implementation, for [NewHandler].
func RACSParameterProvisioningAPI(p RACSParameterProvisioning) API {
	const (
		provisionings = "/{scsAsId}/provisionings"
		provisioning  = provisionings + "/{provisioningId}"
	)
	self := func(d *RACSProvisioningData) string { return d.Self }
	reports := func(r route) route { return reporting[[]RACSFailureReport](r, http.StatusInternalServerError) }
	create := func(c *call, b *RACSProvisioningData) (*RACSProvisioningData, error) {
		return p.CreateProvisioning(c.ctx, c.scsas, b)
	}
	replace := func(c *call, b *RACSProvisioningData) (*RACSProvisioningData, error) {
		return p.ReplaceProvisioning(c.ctx, c.scsas, c.vars[0], b)
	}
	modify := func(c *call, b *RACSProvisioningDataPatch) (*RACSProvisioningData, error) {
		return p.ModifyProvisioning(c.ctx, c.scsas, c.vars[0], b)
	}
	return API{Name: "3gpp-racs-pp", Version: "v1", title: "3gpp-racs-parameter-provisioning", routes: []route{
		getList(provisionings, "FetchAllRACSParameterProvisionings", func(c *call) ([]RACSProvisioningData, error) {
			return p.Provisionings(c.ctx, c.scsas)
		}),
		reports(postNew(provisionings, "CreateRACSParameterProvisioning", self, create)),
		getOne(provisioning, "FetchIndRACSParameterProvisioning", func(c *call) (*RACSProvisioningData, error) {
			return p.Provisioning(c.ctx, c.scsas, c.vars[0])
		}),
		reports(put(provisioning, "UpdateIndRACSParameterProvisioning", replace)),
		reports(patch(provisioning, "ModifyIndRACSParameterProvisioning", mergePatch, modify)),
		remove(provisioning, "DeleteIndRACSParameterProvisioning", func(c *call) error {
			return p.DeleteProvisioning(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}
