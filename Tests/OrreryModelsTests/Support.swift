import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import Testing

/// A model directory with what PyTorch computes for it: ours (scripts/goldens/make_goldens.py), or one of ../shared/reference.
struct Golden: CustomTestStringConvertible, Sendable {
    let path: String
    let tensors: SafetensorsFile
    /// Absent where nothing was trained.
    let training: SafetensorsFile?

    init(_ path: String, tensors: String = "golden.safetensors", training: String = "golden.safetensors") throws {
        self.path = path
        self.tensors = try SafetensorsFile(path: path + "/" + tensors)
        self.training =
            FileManager.default.fileExists(atPath: path + "/" + training)
            ? try SafetensorsFile(path: path + "/" + training) : nil
    }

    var testDescription: String { (path as NSString).lastPathComponent }

    static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let names = ["gpt2", "gpt2-without-biases", "qwen3", "qwen3-untied"]
    static let all: [Golden] = names.map { try! Golden(here.appendingPathComponent("Goldens/\($0)").path) }

    static let shared = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/reference").path

    func model(warn: (String) -> Void = { Issue.record("\($0)") }) throws -> any TokenModel {
        try ModelDirectory.open(path, warn: warn)
    }

    func floats(_ name: String) throws -> [Float] { try Self.floats(tensors, name) }
    func ints(_ name: String) throws -> [Int32] { try Self.ints(tensors, name) }

    static func floats(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
        try file.bytes(of: name).withUnsafeBytes { b in
            (0 ..< b.count / 4).map { b.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    static func ints(_ file: SafetensorsFile, _ name: String) throws -> [Int32] {
        try file.bytes(of: name).withUnsafeBytes { b in
            (0 ..< b.count / 4).map { b.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) }
        }
    }
}

/// A directory of its own for each test, removed with the value.
final class Scratch {
    let path = NSTemporaryDirectory() + "orrery-models-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// Numbers of a fixed sequence, uniform in [-1, 1).
func numbers(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
    var random = SplitMix64(seed: seed)
    return Tensor((0 ..< shape.reduce(1, *)).map { _ in Float(random.uniform() * 2 - 1) }, shape: shape)
}

/// Ids of a fixed sequence.
func someIDs(_ count: Int, vocabulary: Int, seed: UInt64 = 1) -> [Int32] {
    var random = SplitMix64(seed: seed)
    return (0 ..< count).map { _ in Int32(random.below(vocabulary)) }
}

/// Largest difference; infinite where lengths differ or a number is none.
func difference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
}

/// L2 norm of the difference over that of the reference.
func relative(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    var square = 0.0, norm = 0.0
    for (x, y) in zip(found, expected) {
        square += Double(x - y) * Double(x - y)
        norm += Double(y) * Double(y)
    }
    return square == 0 ? 0 : (square / norm).squareRoot()
}

func argmax(_ row: ArraySlice<Float>) -> Int32 { Int32(row.indices.max { row[$0] < row[$1] }! - row.startIndex) }

func bits(_ x: [Float]) -> [UInt32] { x.map(\.bitPattern) }

/// Every model of the project, small and with odd shapes, with weights large enough to matter.
enum Small: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case gpt2, gpt2WithoutBiases, qwen3, qwen3Untied

    var testDescription: String { rawValue }
    static let vocabulary = 53
    static let context = 150

    func make(
        seed: UInt64 = 5, weights: (any WeightSource) -> any WeightSource = { $0 }
    ) throws -> any TokenModel {
        let source = weights(LouderWeights(seed: seed))
        switch self {
        case .gpt2, .gpt2WithoutBiases:
            return try GPT2(
                .init(
                    vocabSize: Self.vocabulary, nPositions: Self.context, nEmbd: 33, nLayer: 3, nHead: 3, nInner: 70,
                    bias: self == .gpt2,
                    eosTokenID: 2), source)
        case .qwen3, .qwen3Untied:
            return try Qwen3(
                .init(
                    vocabSize: Self.vocabulary, hiddenSize: 27, intermediateSize: 41, numHiddenLayers: 3,
                    numAttentionHeads: 6, numKeyValueHeads: 2,
                    headDim: 10, maxPositionEmbeddings: Self.context, ropeTheta: 700,
                    attentionBias: self == .qwen3Untied,
                    tieWordEmbeddings: self == .qwen3, eosTokenIDs: [2, 7]), source)
        }
    }
}

/// Random weights ten times as large as the initialiser's; vectors get some noise too.
final class LouderWeights: WeightSource {
    private let base: RandomWeights
    private var count: UInt64 = 0

    init(seed: UInt64) { base = RandomWeights(seed: seed) }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) -> Parameter {
        count += 1
        let start = base.parameter(name, shape, initial).value
        guard case .normal = initial else {
            return Parameter(name: name, value: start.adding(numbers(shape, seed: count).scaled(by: 0.2)))
        }
        return Parameter(name: name, value: start.scaled(by: 10))
    }
}
