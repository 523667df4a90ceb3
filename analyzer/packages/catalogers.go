package packages

import (
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/ai"
	"github.com/anchore/syft/syft/pkg/cataloger/alpine"
	"github.com/anchore/syft/syft/pkg/cataloger/apple"
	"github.com/anchore/syft/syft/pkg/cataloger/arch"
	"github.com/anchore/syft/syft/pkg/cataloger/binary"
	"github.com/anchore/syft/syft/pkg/cataloger/bitnami"
	"github.com/anchore/syft/syft/pkg/cataloger/cpp"
	"github.com/anchore/syft/syft/pkg/cataloger/debian"
	"github.com/anchore/syft/syft/pkg/cataloger/dotnet"
	"github.com/anchore/syft/syft/pkg/cataloger/gentoo"
	"github.com/anchore/syft/syft/pkg/cataloger/golang"
	"github.com/anchore/syft/syft/pkg/cataloger/homebrew"
	"github.com/anchore/syft/syft/pkg/cataloger/java"
	"github.com/anchore/syft/syft/pkg/cataloger/javascript"
	"github.com/anchore/syft/syft/pkg/cataloger/kernel"
	"github.com/anchore/syft/syft/pkg/cataloger/lua"
	"github.com/anchore/syft/syft/pkg/cataloger/nix"
	"github.com/anchore/syft/syft/pkg/cataloger/perl"
	"github.com/anchore/syft/syft/pkg/cataloger/php"
	"github.com/anchore/syft/syft/pkg/cataloger/python"
	"github.com/anchore/syft/syft/pkg/cataloger/r"
	"github.com/anchore/syft/syft/pkg/cataloger/redhat"
	"github.com/anchore/syft/syft/pkg/cataloger/ruby"
	"github.com/anchore/syft/syft/pkg/cataloger/rust"
	"github.com/anchore/syft/syft/pkg/cataloger/snap"
	"github.com/anchore/syft/syft/pkg/cataloger/wordpress"
)

// newCatalogers are those that syft runs on images, unless told otherwise: a
// test compares the lists. They are named here so that each can be guarded.
func newCatalogers() []pkg.Cataloger {
	cfg := pkgcataloging.DefaultConfig()
	return []pkg.Cataloger{
		arch.NewDBCataloger(), alpine.NewDBCataloger(), debian.NewDBCataloger(), gentoo.NewPortageCataloger(), redhat.NewDBCataloger(),
		cpp.NewConanInfoCataloger(),
		javascript.NewPackageCataloger(),
		php.NewComposerInstalledCataloger(), php.NewPearCataloger(), php.NewInterpreterCataloger(),
		r.NewPackageCataloger(),
		ruby.NewInstalledGemSpecCataloger(),
		rust.NewAuditBinaryCataloger(),
		dotnet.NewDotnetDepsBinaryCataloger(cfg.Dotnet), dotnet.NewDotnetPackagesLockCataloger(),
		python.NewInstalledPackageCataloger(),
		golang.NewGoModuleBinaryCataloger(cfg.Golang),
		java.NewArchiveCataloger(cfg.JavaArchive), java.NewNativeImageCataloger(), java.NewJvmDistributionCataloger(),
		nix.NewCataloger(cfg.Nix),
		perl.NewCpanInstalledCataloger(),
		lua.NewPackageCataloger(),
		binary.NewClassifierCataloger(cfg.Binary), binary.NewELFPackageCataloger(), binary.NewPEPackageCataloger(),
		kernel.NewLinuxKernelCataloger(cfg.LinuxKernel),
		bitnami.NewCataloger(),
		wordpress.NewWordpressPluginCataloger(),
		homebrew.NewCataloger(),
		apple.NewAppBundleCataloger(),
		snap.NewCataloger(),
		ai.NewGGUFCataloger(), ai.NewSafeTensorsCataloger(),
	}
}
