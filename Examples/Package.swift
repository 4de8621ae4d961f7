// swift-tools-version: 6.1
import PackageDescription

// Programs that import the library as any other package would.
let package = Package(
    name: "examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "orrery", path: "..")],
    targets: ["Stream", "Loop", "Train", "LookInside", "ManyAtOnce"].map {
        .executableTarget(name: $0, dependencies: [.product(name: "Orrery", package: "orrery")])
    }
)
