import Kernels
import Testing

@Suite struct PhiloxTests {
    /// The known answers of Random123 (Salmon et al.), tests/kat_vectors.
    @Test(
        arguments: [
            (7, [0, 0, 0, 0, 0, 0], [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]),
            (7, [UInt32](repeating: .max, count: 6), [0x5207_ddc2, 0x4516_5e59, 0x4d8e_e751, 0x8c52_f662]),
            (
                7, [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344, 0xa409_3822, 0x299f_31d0],
                [0x4dfc_caba, 0x190a_87f0, 0xc473_62ba, 0xb6b5_242a]
            ),
            (10, [0, 0, 0, 0, 0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (10, [UInt32](repeating: .max, count: 6), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                10, [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344, 0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [(Int, [UInt32], [UInt32])])
    func referenceGivesThePublishedAnswers(rounds: Int, input: [UInt32], output: [UInt32]) {
        #expect(ReferencePhilox(rounds: rounds, key: (input[4], input[5]))(Array(input.prefix(4))) == output)
    }

    private static let sets = InstructionSet.available.map { Processor($0, threads: 1) }

    private func mask(
        _ dropout: Dropout, _ processor: Processor, row: UInt32 = 3, first: UInt32 = 0, groups: Int = 100
    ) -> [UInt8] {
        var mask = [UInt8](repeating: 0, count: groups)
        mask.withUnsafeMutableBufferPointer {
            processor.dropoutMask(dropout, row: row, firstGroup: first, groups: groups, into: $0.baseAddress!)
        }
        return mask
    }

    @Test func masksDependOnSeedStreamAndIndexAlone() {
        let dropout = Dropout(probability: 0.2, seed: 1 << 40 | 9, stream: 1 << 33 | 2)
        let whole = mask(dropout, Self.sets[0])
        for processor in Self.sets {
            #expect(mask(dropout, processor) == whole, "\(processor.instructionSet)")
            for (first, groups) in [(0, 1), (1, 7), (37, 13), (99, 1)] {
                #expect(
                    mask(dropout, processor, first: UInt32(first), groups: groups)
                        == Array(whole[first ..< first + groups]))
            }
            for other in [
                Dropout(probability: 0.2, seed: 9, stream: dropout.stream),
                Dropout(probability: 0.2, seed: dropout.seed, stream: 2),
                Dropout(probability: 0.2, seed: dropout.seed &+ 1, stream: dropout.stream),
            ] {
                #expect(mask(other, processor) != whole)
            }
            #expect(mask(dropout, processor, row: 4) != whole)
        }
    }

    @Test func aRunHasTheMaskOfItsPlaceInTheWhole() {
        let dropout = Dropout(probability: 0.5, seed: 4, stream: 4), ones = [Float](repeating: 1, count: 40_000)
        var results = Set<[Float]>()
        for set in InstructionSet.available {
            for threads in 1 ... 3 {
                let x = Grid(ones), y = Grid(.float32, width: ones.count), part = Grid(.float32, width: 1003)
                let processor = Processor(set, threads: threads)
                processor.dropout(dropout, x.vector, into: y.vector)
                results.insert(y.values)
                processor.dropout(dropout, first: 20_008, Vector(x.pointer, .float32, count: 1003), into: part.vector)
                #expect(part.values == Array(y.values[20_008 ..< 21_011]))
            }
        }
        #expect(results.count == 1)
    }

    /// Of n fair draws the share strays from p by less than 5 sqrt(p (1 - p) / n) but once in a million seeds.
    @Test(arguments: [0, 0.001, 0.1, 0.5, 0.9] as [Float])
    func theShareDroppedIsTheProbability(probability: Float) {
        let bytes = mask(Dropout(probability: probability, seed: 123, stream: 0), Self.sets[0], groups: 50_000)
        let n = Double(bytes.count * 8), kept = Double(bytes.reduce(0) { $0 + $1.nonzeroBitCount }) / n
        let p = Double(probability)
        #expect(abs(1 - kept - p) <= 5 * (p * (1 - p) / n).squareRoot() + 0x1p-17)
    }
}
