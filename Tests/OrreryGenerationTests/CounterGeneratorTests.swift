import Foundation
import Kernels
import OrreryGeneration
import OrreryRandom
import Testing

@Suite struct CounterGeneratorTests {
    /// The known answers that Random123 publishes for philox4x32-10 (tests/kat_vectors).
    @Test func philoxGivesItsPublishedAnswers() {
        let all = UInt32.max
        #expect(
            CounterGenerator.block(counter: .zero, key: .zero) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        #expect(
            CounterGenerator.block(counter: [all, all, all, all], key: [all, all])
                == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
        #expect(
            CounterGenerator.block(
                counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], key: [0xA409_3822, 0x299F_31D0])
                == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
    }

    @Test func numbersDependOnSeedStreamAndPositionOnly() {
        let generator = CounterGenerator(seed: 7)
        let numbers = (0 ..< 1000).map(generator.uniform)
        #expect((0 ..< 1000).reversed().map(generator.uniform) == numbers.reversed())
        #expect(numbers.allSatisfy { (0 ..< 1).contains($0) })
        #expect(abs(numbers.reduce(0, +) / 1000 - 0.5) < 0.03)
        #expect(Set(numbers).count == 1000)
        #expect(CounterGenerator(seed: 8).uniform(at: 0) != numbers[0])
        #expect(CounterGenerator(seed: 7, stream: 1).uniform(at: 0) != numbers[0])
    }

    @Test func exponentialIsWithinAnUlpOfTheLibrarys() {
        var random = SplitMix64(seed: 3)
        for x in [0, -0.0, -1e-300, -0.34657359, -1, -707.9]
            + (0 ..< 20000).map({ _ in Double.random(in: -700 ... 0, using: &random) })
        {
            let expected = exp(x)
            #expect(abs(portableExp(x) - expected) <= 2 * expected.ulp)
        }
        #expect(portableExp(0) == 1)
        #expect(portableExp(-.infinity) == 0)
        #expect(portableExp(-1000) == 0)
    }
}
