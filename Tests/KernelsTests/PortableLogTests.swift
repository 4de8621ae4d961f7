import Foundation
import Kernels
import Testing

@Suite struct PortableLogTests {
    @Test func isTheLogarithm() {
        for exponent in stride(from: -1070.0, through: 1020, by: 7) {
            for factor in [1, 1.0000000001, 1.2, 1.41421, 1.4143, 1.7, 1.9999999] {
                let x = factor * exp2(exponent)
                #expect(abs(portableLog(x) - log(x)) <= 4e-16 * max(abs(log(x)), 1e-3), "\(x)")
            }
        }
        #expect(portableLog(1) == 0)
        #expect(portableLog(0) == -.infinity)
        for x in [0.999999999, 1.0000001, 0.75, 1.3] { #expect(abs(portableLog(x) / log(x) - 1) < 4e-16) }
    }
}
